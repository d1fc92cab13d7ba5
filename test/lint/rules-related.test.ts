/** Where the findings of the examples point to beside their own place: the key there, and what is said of it. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';
import {pageOf} from './support/page-of.ts';

const RELATED: Readonly<Record<string, readonly string[]>> = {
  RL002: ['maxAttempts: The first one is here.'],
  RL101: [
    'hedge: hedge is set here.',
    'idempotency: idempotency is set here.',
    'idempotentMethods: idempotentMethods is set here.',
    'retryOn: retryOn is set here.',
  ],
  RL112: ['endpoints: endpoints is set here.'],
  RL117: ['origin: match.origin is set here.'],
  RL201: ['deadlineMs: The deadline is switched off here.'],
  RL203: ['instances: objective.instances is set here.'],
  RL206: ['deadlineMs: The deadline is switched off here.', 'scope: The scope of Retry-After is set here.'],
  RL208: ['rps: objective.assume.rps is set here.'],
  RL209: ['3: stop is set here.', 'OpenAI: This retries by itself.', 'retryingLayers: retryingLayers is set here.'],
  RL210: [
    'baseMs: backoff.baseMs is set here.',
    'steadfetch:llm: quota.maxWaitMs is set here.',
    'throttledBaseMs: backoff.throttledBaseMs is set here.',
  ],
  RL212: ['rps: objective.assume.rps is set here.'],
  RL215: ['latencyMs: objective.assume.latencyMs is set here.'],
  RL216: ['rps: objective.assume.rps is set here.'],
  RL217: [
    'assume: objective.assume is set here.',
    'deadlineMs: deadlineMs is set here.',
    'latencyMs: objective.assume.latencyMs is set here.',
    'maxWaitMs: breaker.maxWaitMs is set here.',
  ],
  RL218: ['instances: objective.instances is set here.', 'rps: objective.assume.rps is set here.'],
  RL219: ['max: concurrency.max is set here.', 'min: concurrency.min is set here.'],
  RL303: ['attemptTimeoutMs: attemptTimeoutMs is set here.', 'maxAttempts: maxAttempts is set here.'],
  RL304: ['attemptTimeoutMs: attemptTimeoutMs is set here.', 'deadlineMs: deadlineMs is set here.'],
  RL309: [
    'assume: objective.assume is set here.',
    'max: objective.latencyMs.max is set here.',
    'p99: objective.latencyMs.p99 is set here.',
  ],
  RL310: [
    'endpoints: endpoints is set here.',
    'p50: objective.assume.latencyMs.p50 is set here.',
    'p95: objective.assume.latencyMs.p95 is set here.',
    'p99: objective.assume.latencyMs.p99 is set here.',
  ],
  RL316: ['retryingLayers: 1 other layer is listed here.'],
  RL401: [
    'baseMs: backoff.baseMs is set here.',
    'hangRatio: objective.assume.hangRatio is set here.',
    'idempotency: idempotency is set here.',
    'p99: objective.assume.latencyMs.p99 is set here.',
    'throttledBaseMs: backoff.throttledBaseMs is set here.',
  ],
  RL407: ['maxAttempts: maxAttempts is set here.'],
  RL113: ['endpoints: endpoints is set here.'],
  RL408: ['attemptTimeoutMs: attemptTimeoutMs is set here.', 'maxAttempts: maxAttempts is set here.'],
  RL417: ['endpoints: endpoints is set here.'],
  RL602: ['{: quota.limits[0] is set here.'],
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
