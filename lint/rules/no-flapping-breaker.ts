import {tripRule} from '../../src/policy/trip-rule.ts';
import type {Breaker, RatioBreaker} from '../../src/policy/types.ts';
import {formatLongMs, formatNumber, formatShare} from '../analysis/format.ts';
import {formatChange, setting} from '../analysis/setting.ts';
import {isDefault, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Change, type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const flappingBreaker: Rule = defineRule({
  code: 'RL213',
  name: 'no-flapping-breaker',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Open the breaker for seconds, and let it close again',
  documentation: () => ({
    why: `
A breaker that opens for less than a second gives the server no time to recover: it opens and lets all calls through again, several
times per second. A breaker without probes never closes: for this client the outage lasts until the process ends. A breaker that stays
open for an hour turns a fault of one minute into an outage of an hour.

A breaker whose ratio is near the failures that \`objective.assume\` states opens without an outage: an error where the ratio is not above them, and a
warning where three standard deviations reach it.

Open times up to five minutes are accepted; Envoy ejects a host for at most that long.
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
        name: 'open for 100 ms',
        text: '{\n  "breaker": {"openMs": 100}\n}\n',
        findings: [
          {
            message:
              'The breaker opens for 100 ms only, so it opens and closes several times per second. A server needs at least 1000 ms to recover.',
            at: '2:15',
            marks: '"openMs"',
          },
        ],
        fixed: '{\n  "breaker": {"openMs": 5000}\n}\n',
      },
      {
        name: 'a breaker that never closes',
        text: '{\n  "breaker": {"probes": 0}\n}\n',
        findings: [
          {
            message:
              'Once open, the breaker never closes: probes is 0, so the outage lasts until the process ends. Allow at least 1 probe.',
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
              'The breaker stays open for 3600000 ms (1 hour), even if the server recovers after a minute. The limit is 300000 ms.',
            at: '2:15',
            marks: '"openMs"',
          },
        ],
        fixed: '{\n  "breaker": {"openMs": 5000}\n}\n',
      },
      {
        name: 'doubling to an hour',
        text: '{\n  "breaker": {"openMs": 30000, "maxOpenMs": 3600000}\n}\n',
        findings: [
          {
            message:
              'The open time doubles up to 3600000 ms (1 hour), even if the server has recovered. The limit is 300000 ms.',
            at: '2:32',
            marks: '"maxOpenMs"',
          },
        ],
        fixed: '{\n  "breaker": {"openMs": 30000, "maxOpenMs": null}\n}\n',
      },
    ],
    good: [{name: 'five seconds, then three probes', text: '{\n  "breaker": {"openMs": 5000, "probes": 3}\n}\n'}],
  }),

  needs: ['breaker'],
  fields: ['breaker'],
  reads: ['objective'],

  *check(scope): Iterable<Draft> {
    const {breaker} = scope.policy;
    if (breaker === null) return;
    const {words} = scope.dialect;
    if (breaker.openMs < SECOND) {
      yield {
        at: 'breaker.openMs',
        message: `The breaker opens for ${words.ms(breaker.openMs)} only, so it opens and closes several times per second. A server needs at least ${words.ms(SECOND)} to recover.`,
        fix: byDefault(scope, breaker),
      };
    }
    yield* tooLong(scope, breaker);
    if (breaker.kind === 'ratio') yield* ordinary(scope, breaker);
    if (breaker.probes === 0) {
      yield {
        at: 'breaker.probes',
        message:
          'Once open, the breaker never closes: probes is 0, so the outage lasts until the process ends. Allow at least 1 probe.',
        severity: 'error',
        fix: setting(scope, 'breaker.probes', 3),
      };
    }
  },
});

const SECOND = 1000;
const LONG_MS = 300_000;

/** Failures that are assumed in ordinary traffic, and three standard deviations of their share in a window. */
function* ordinary(scope: Scope, breaker: RatioBreaker): Iterable<Draft> {
  const {failureRatio = 0, hangRatio = 0, rps} = scope.policy.objective?.assume ?? {};
  const share = Math.min(failureRatio + hangRatio, 1);
  // The default breaker was not chosen for these failures.
  if (
    share === 0 ||
    isDefault(scope, 'breaker') ||
    !isSure(scope, 'objective.assume', 'breaker.failureRatio', 'breaker.minCalls')
  )
    return;
  const held = Math.max(tripRule(breaker).least, ((rps ?? 0) * breaker.windowMs) / 1000);
  const most = share + 3 * Math.sqrt((share * (1 - share)) / held);
  if (most < breaker.failureRatio) return;
  const isAlways = share >= breaker.failureRatio;
  const {words} = scope.dialect;
  const which = isAlways
    ? 'are assumed'
    : `are assumed, and by chance ${formatShare(Math.min(most, 1))} of ${formatNumber(held)} attempts fail`;
  yield {
    at: mostSpecific(scope, 'breaker.failureRatio', 'objective.assume.failureRatio'),
    message: `The breaker opens in ordinary traffic: it needs ${formatShare(breaker.failureRatio)} failures, and ${formatShare(share)} ${which}. Raise ${words.key('breaker.failureRatio')}.`,
    ...(isAlways ? {severity: 'error'} : {}),
    related: [{at: 'objective.assume.failureRatio', message: 'The failures are assumed here.'}],
  };
}

function* tooLong(scope: Scope, breaker: Breaker): Iterable<Draft> {
  const {openMs, maxOpenMs} = breaker;
  const {words} = scope.dialect;
  const longMs = words.ms(LONG_MS);
  if (openMs > LONG_MS) {
    yield {
      at: 'breaker.openMs',
      message: `The breaker stays open for ${formatLongMs(openMs, words)}, even if the server recovers after a minute. The limit is ${longMs}.`,
      fix: byDefault(scope, breaker),
    };
  } else if (maxOpenMs !== null && maxOpenMs > LONG_MS && isSure(scope, 'breaker.openMs')) {
    yield {
      at: 'breaker.maxOpenMs',
      message: `The open time doubles up to ${formatLongMs(maxOpenMs, words)}, even if the server has recovered. The limit is ${longMs}.`,
      fix: {
        title: `${formatChange(scope, 'breaker.maxOpenMs', null)}, so that the open time does not grow`,
        changes: [{do: 'set', path: 'breaker.maxOpenMs', value: null}],
      },
    };
  }
}

/** Sets the default open time, and raises a maximum below it. */
function byDefault(scope: Scope, {maxOpenMs}: Breaker): FixDraft {
  const changes: Change[] = [{do: 'set', path: 'breaker.openMs', value: 5000}];
  if (maxOpenMs !== null && maxOpenMs < 5000) changes.push({do: 'set', path: 'breaker.maxOpenMs', value: 60_000});
  return {title: formatChange(scope, 'breaker.openMs', 5000), changes};
}
