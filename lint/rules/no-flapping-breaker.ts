import type {Breaker} from '../../src/policy/types.ts';
import {formatLongMs} from '../analysis/format.ts';
import {formatChange, setting} from '../analysis/setting.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const flappingBreaker: Rule = defineRule({
  code: 'RL213',
  name: 'no-flapping-breaker',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Let the breaker rest, and let it close again',
  why: `
A breaker that opens for less than a second gives nothing time to recover: it lets the storm through, opens, and lets it through
again, several times a second. One that lets no probe through never learns that the server is back: for this client the outage
lasts until the process ends. One that stays open for an hour learns it an hour too late: a fault of a minute becomes an outage of
sixty, made by the client.

Five minutes are the longest that is left alone, as Envoy ejects a host for no longer.
`,
  sources: [
    {
      title: 'M. Brooker, Will circuit breakers solve my problems? (2022)',
      url: 'https://brooker.co.za/blog/2022/02/16/circuit-breakers.html',
    },
    {title: 'Polly, Circuit breaker', url: 'https://www.pollydocs.org/strategies/circuit-breaker.html'},
    {
      title: 'Envoy, Outlier detection: max_ejection_time is 300 s',
      url: 'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/outlier_detection.proto',
    },
  ],
  bad: [
    {
      name: 'open for a tenth of a second',
      text: '{\n  "breaker": {"openMs": 100}\n}\n',
      findings: [
        {
          message:
            'The breaker is open for 100 ms, less than 1000 ms: it opens and closes several times a second, and nothing recovers in between.',
          at: '2:15',
          marks: '"openMs"',
        },
      ],
      fixed: '{\n  "breaker": {"openMs": 15000}\n}\n',
    },
    {
      name: 'never closes',
      text: '{\n  "breaker": {"probes": 0}\n}\n',
      findings: [
        {
          message:
            'Once open, the breaker never closes: 0 probes can succeed, so the outage lasts until the process ends.',
          at: '2:15',
          marks: '"probes"',
          severity: 'error',
        },
      ],
      fixed: '{\n  "breaker": {"probes": 3}\n}\n',
    },
    {
      name: 'open for an hour',
      text: '{\n  "breaker": {"openMs": 3600000}\n}\n',
      findings: [
        {
          message:
            'The breaker stays open for 3600000 ms (1 hour), longer than 300000 ms: a server that is back after a minute gets no call for the rest of that time.',
          at: '2:15',
          marks: '"openMs"',
        },
      ],
      fixed: '{\n  "breaker": {"openMs": 15000}\n}\n',
    },
    {
      name: 'doubling to an hour',
      text: '{\n  "breaker": {"openMs": 30000, "maxOpenMs": 3600000}\n}\n',
      findings: [
        {
          message:
            'The open time doubles up to 3600000 ms (1 hour), longer than 300000 ms: the longer an outage, the longer a server that is back gets no call.',
          at: '2:32',
          marks: '"maxOpenMs"',
        },
      ],
      fixed: '{\n  "breaker": {"openMs": 30000, "maxOpenMs": null}\n}\n',
    },
  ],
  good: [{name: 'fifteen seconds, then three probes', text: '{\n  "breaker": {"openMs": 15000, "probes": 3}\n}\n'}],

  fields: ['breaker'],

  *check(scope): Iterable<Draft> {
    const {breaker} = scope.policy;
    if (breaker === null) return;
    const {words} = scope.dialect;
    if (breaker.openMs < SECOND) {
      yield {
        at: 'breaker.openMs',
        message: `The breaker is open for ${words.ms(breaker.openMs)}, less than ${words.ms(SECOND)}: it opens and closes several times a second, and nothing recovers in between.`,
        fix: byDefault(scope, breaker),
      };
    }
    yield* tooLong(scope, breaker);
    if (breaker.probes === 0) {
      yield {
        at: 'breaker.probes',
        message:
          'Once open, the breaker never closes: 0 probes can succeed, so the outage lasts until the process ends.',
        severity: 'error',
        fix: setting(scope, 'breaker.probes', 3),
      };
    }
  },
});

const SECOND = 1000;
const LONG_MS = 300_000;

function* tooLong(scope: Scope, breaker: Breaker): Iterable<Draft> {
  const {openMs, maxOpenMs} = breaker;
  const longMs = scope.dialect.words.ms(LONG_MS);
  if (openMs > LONG_MS) {
    yield {
      at: 'breaker.openMs',
      message: `The breaker stays open for ${formatLongMs(openMs)}, longer than ${longMs}: a server that is back after a minute gets no call for the rest of that time.`,
      fix: byDefault(scope, breaker),
    };
  } else if (maxOpenMs !== null && maxOpenMs > LONG_MS && isSure(scope, 'breaker.openMs')) {
    yield {
      at: 'breaker.maxOpenMs',
      message: `The open time doubles up to ${formatLongMs(maxOpenMs)}, longer than ${longMs}: the longer an outage, the longer a server that is back gets no call.`,
      fix: {
        title: `${formatChange(scope, 'breaker.maxOpenMs', null)}: the open time stays as it is`,
        changes: [{do: 'set', path: 'breaker.maxOpenMs', value: null}],
      },
    };
  }
}

/** The default, and a maximum that allows it. */
function byDefault(scope: Scope, {maxOpenMs}: Breaker): FixDraft {
  const changes: Change[] = [{do: 'set', path: 'breaker.openMs', value: 15_000}];
  if (maxOpenMs !== null && maxOpenMs < 15_000) changes.push({do: 'set', path: 'breaker.maxOpenMs', value: 60_000});
  return {title: formatChange(scope, 'breaker.openMs', 15_000), changes};
}
