import type {Policy} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {isSetHere} from '../model/scope.ts';
import {valueAt} from '../model/setter.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const unitSlip: Rule = defineRule({
  code: 'RL602',
  name: 'no-unit-slip',
  category: 'hygiene',
  severity: 'warning',
  confidence: 'low',
  fix: 'unsafe',
  summary: 'Write durations in milliseconds',
  documentation: () => ({
    why: `
Other tools count in seconds, so a value copied from them is a thousand times too short. A deadline of 30 ms fails every call, and one of
30000000 ms waits for eight hours. Every duration of a policy is in milliseconds, and its name ends in \`Ms\`.

Reports values that would be plausible in seconds or in microseconds, and latencies below one millisecond.
`,
    sources: [
      {
        title: 'Dai et al., Understanding Real-World Timeout Problems in Cloud Server Systems (IC2E 2018)',
        url: 'https://doi.org/10.1109/IC2E.2018.00022',
      },
      {title: 'The policy file', url: 'docs/policy.md'},
    ],
    bad: [
      {
        name: 'seconds',
        text: '{\n  "deadlineMs": 30,\n  "attemptTimeoutMs": 10\n}\n',
        findings: [
          {
            message: 'deadlineMs is 30 ms, which is implausibly short. If 30 s is meant, write 30000 ms.',
            at: '2:3',
            marks: '"deadlineMs"',
          },
          {
            message: 'attemptTimeoutMs is 10 ms, which is implausibly short. If 10 s is meant, write 10000 ms.',
            at: '3:3',
            marks: '"attemptTimeoutMs"',
          },
        ],
        fixed: '{\n  "deadlineMs": 30000,\n  "attemptTimeoutMs": 10000\n}\n',
      },
      {
        name: 'microseconds',
        text: '{\n  "attemptTimeoutMs": 8000000,\n  "deadlineMs": 30000000\n}\n',
        findings: [
          {
            message:
              'attemptTimeoutMs is 8000000 ms (2.22 hours), which is implausibly long. Durations are in milliseconds: 8000 ms is more usual.',
            at: '2:3',
            marks: '"attemptTimeoutMs"',
          },
          {
            message:
              'deadlineMs is 30000000 ms (8.33 hours), which is implausibly long. Durations are in milliseconds: 30000 ms is more usual.',
            at: '3:3',
            marks: '"deadlineMs"',
          },
        ],
        fixed: '{\n  "attemptTimeoutMs": 8000,\n  "deadlineMs": 30000\n}\n',
      },
      {
        name: 'a latency in seconds',
        text: '{\n  "objective": {"latencyMs": {"p95": 0.8}}\n}\n',
        findings: [
          {
            message: 'objective.latencyMs.p95 is 0.8 ms, which is implausibly short. If 0.8 s is meant, write 800 ms.',
            at: '2:31',
            marks: '"p95"',
          },
        ],
        fixed: '{\n  "objective": {"latencyMs": {"p95": 800}}\n}\n',
      },
    ],
    good: [{name: 'milliseconds', text: '{\n  "deadlineMs": 30000,\n  "attemptTimeoutMs": 8000\n}\n'}],
  }),

  fields: [],

  *check(scope): Iterable<Draft> {
    const {words} = scope.dialect;
    for (const [path, leastMs, mostMs] of RANGES) {
      const value = valueAt(scope.policy, path.split('.'));
      if (typeof value !== 'number' || value === 0) continue;
      const factor = value < leastMs ? 1000 : value > mostMs ? 1 / 1000 : 1;
      if (factor === 1 || !isSetHere(scope, path)) continue;
      const meant = value * factor;
      if (factor > 1 && isPlausible(scope.policy, path, meant)) continue;
      const likely =
        factor > 1
          ? `If ${formatNumber(value)} s is meant, write ${words.ms(meant)}`
          : `Durations are in milliseconds: ${words.ms(meant)} is more usual`;
      const message = `${words.name(path)} is ${words.ms(value)}${factor > 1 ? ', which is implausibly short' : ` (${formatNumber(value / 3_600_000)} hours), which is implausibly long`}. ${likely}.`;
      const isWhole = path.startsWith('objective.') || Number.isInteger(meant);
      const fix = {
        title: `Set ${words.key(path)} to ${words.value(path, meant)}`,
        changes: [{do: 'set', path, value: meant} as const],
      };
      yield {at: path, message, ...(isWhole ? {fix} : {})};
    }
  },
});

/** Whether a short duration fits the others, which in seconds it would not. */
function isPlausible({attemptTimeoutMs, deadlineMs, objective}: Policy, path: string, inSecondsMs: number): boolean {
  if (path.startsWith('backoff.')) return deadlineMs !== null && inSecondsMs > deadlineMs;
  if (path.startsWith('objective.')) return attemptTimeoutMs !== null && inSecondsMs > attemptTimeoutMs;
  const {p95, p99 = p95} = objective?.assume?.latencyMs ?? {};
  return path === 'attemptTimeoutMs' && p99 !== undefined && p99 < inSecondsMs / 1000;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const never = Number.POSITIVE_INFINITY;

/** Plausible durations, least and most. The client does not send an attempt with less than 50 ms left. */
const RANGES: readonly (readonly [path: string, leastMs: number, mostMs: number])[] = [
  ['deadlineMs', 50, 6 * HOUR],
  ['attemptTimeoutMs', 20, HOUR],
  ['idleTimeoutMs', 100, HOUR],
  ['backoff.baseMs', 5, HOUR],
  ['backoff.delayMs', 5, HOUR],
  ['budget.windowMs', 100, DAY],
  ['breaker.windowMs', 100, DAY],
  ...(['objective.latencyMs', 'objective.assume.latencyMs'] as const).flatMap(path =>
    ['p50', 'p95', 'p99', 'max'].map(name => [`${path}.${name}`, 1, never] as const),
  ),
];
