/** Where the findings of the examples point to beside their own place: the key there, and what is said of it. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';
import {pageOf} from './support/page-of.ts';

const RELATED: Readonly<Record<string, readonly string[]>> = {
  RL002: ['maxAttempts: The first one is here.'],
  RL101: [
    'idempotency: Idempotency keys are set here.',
    'idempotentMethods: PATCH is declared idempotent here.',
    'idempotentMethods: POST is declared idempotent here.',
    'retryOn: The triggers are listed here.',
  ],
  RL105: ['hedge: The hedge is set here.'],
  RL112: ['endpoints: The endpoints are listed here.'],
  RL117: ['origin: The server is named here.'],
  RL201: ['deadlineMs: The deadline is switched off here.'],
  RL203: ['instances: The number of processes is set here.'],
  RL208: ['rps: The traffic is assumed here.'],
  RL209: ['retryingLayers: The other layers are listed here.'],
  RL211: ['honor: Retry-After is ignored because of this setting.'],
  RL212: ['rps: The traffic is assumed here.'],
  RL215: ['latencyMs: The latencies are assumed here.'],
  RL216: ['rps: The traffic is assumed here.'],
  RL217: ['assume: The traffic is assumed here.'],
  RL218: ['instances: The number of processes is set here.', 'rps: The traffic of each process is assumed here.'],
  RL219: ['max: The bound is set here.', 'min: The bound is set here.'],
  RL220: ['assume: The traffic is assumed here.'],
  RL223: ['instances: The number of processes is set here.'],
  RL226: ['{: The limit of requests is stated here.'],
  RL303: ['attemptTimeoutMs: The attempt timeout is set here.', 'maxAttempts: The number of attempts is set here.'],
  RL304: ['deadlineMs: The deadline is set here.'],
  RL305: ['attemptTimeoutMs: The attempt timeout is set here.'],
  RL307: ['max: The objective is set here.', 'p99: The objective is set here.'],
  RL309: ['assume: The failures are assumed here.'],
  RL310: ['p50: The latency is assumed here.', 'p99: The latency is assumed here.'],
  RL311: ['deadlineMs: The deadline is set here.', 'latencyMs: The latency is assumed here.'],
  RL313: ['deadlineMs: The deadline is switched off here.', 'scope: The scope of Retry-After is set here.'],
  RL314: ['attemptTimeoutMs: The attempt timeout is set here.', 'deadlineMs: The deadline is set here.'],
  RL316: ['retryingLayers: 1 other layer is listed here.'],
  RL317: ['endpoints: The endpoint is listed here.'],
  RL318: ['steadfetch:llm: The wait for the quota is set here.'],
  RL401: [
    'baseMs: The base is set here.',
    'hangRatio: hangRatio is set here.',
    'p99: p99 is set here.',
    'throttledBaseMs: The wait after a throttled response is set here.',
  ],
  RL407: ['maxAttempts: The number of attempts is set here.'],
  RL408: ['maxAttempts: The number of attempts is set here.'],
  RL417: ['endpoints: The endpoints are listed here.'],
  RL421: ['endpoints: The endpoints are listed here.'],
};

describe('the places that are related to a finding', () => {
  for (const {code} of rules)
    it(`of ${code} are those that decide it`, async () => {
      const found = new Set<string>();
      for (const {text, path = 'policy.jsonc', files = {}} of pageOf({code}).bad) {
        const texts: Readonly<Record<string, string>> = {...files, [path]: text};
        const {findings} = await lintText({path, files: texts});
        for (const {range, message, path: at} of findings
          .filter(each => each.code === code)
          .flatMap(each => each.related)) {
          const line = texts[at]!.split('\n')[range.start.line - 1]!;
          const key = line.slice(
            range.start.column - 1,
            range.start.line === range.end.line ? range.end.column - 1 : undefined,
          );
          found.add(`${key.replaceAll('"', '')}: ${message}`);
        }
      }
      expect([...found].sort()).to.deep.equal(RELATED[code] ?? []);
    });
});
