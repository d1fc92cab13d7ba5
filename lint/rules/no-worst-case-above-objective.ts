import {isPredictable, worstMs} from '../analysis/prediction.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const lateWorstCase: Rule = defineRule({
  code: 'RL307',
  name: 'no-worst-case-above-objective',
  category: 'latency',
  severity: 'error',
  confidence: 'high',
  summary: 'Set a deadline that meets the objective',
  documentation: () => ({
    why: `
Only a limit guarantees the latency of the slowest call. If the deadline, or the attempts and their waits, allow more than
\`objective.latencyMs.max\`, some calls will take that long. Their callers have given up by then, and the work is wasted.

Without a maximum, the worst case is compared with the 99th percentile, as a warning: when a server is slow, one call in a hundred comes
close to the worst case. With \`objective.assume\`, RL309 predicts the percentiles instead.
`,
    sources: [
      {
        title: 'Google SRE Book, Service Level Objectives',
        url: 'https://sre.google/sre-book/service-level-objectives/',
      },
      {
        title: 'Google SRE Book, Addressing Cascading Failures: deadlines',
        url: 'https://sre.google/sre-book/addressing-cascading-failures/',
      },
    ],
    bad: [
      {
        name: 'the default deadline with an objective of two seconds',
        text: '{\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
        findings: [
          {
            message:
              '3 attempts with their waits can take 27000 ms, above the objective of 2000 ms (maximum). Set a shorter deadline.',
            at: '2:31',
            marks: '"max"',
          },
        ],
      },
      {
        name: 'an objective for a percentile only',
        text: '{\n  "attemptTimeoutMs": 1000,\n  "deadlineMs": 7000,\n  "objective": {"latencyMs": {"p99": 3000}}\n}\n',
        findings: [
          {
            message:
              '3 attempts with their waits can take 6000 ms, above the objective of 3000 ms (99th percentile). Set a shorter deadline.',
            at: '3:3',
            marks: '"deadlineMs"',
            severity: 'warning',
          },
        ],
      },
      {
        name: 'a call without a limit',
        text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "deadlineMs": null,\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
        findings: [
          {
            message:
              'A call has no time limit, so it can exceed the objective of 2000 ms (maximum). Set a shorter deadline.',
            at: '4:3',
            marks: '"deadlineMs"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a deadline that meets the objective',
        text: '{\n  "attemptTimeoutMs": 400,\n  "deadlineMs": 2000,\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
      },
      {
        name: 'an attempt timeout that meets the objective',
        text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": 1500,\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
      },
    ],
  }),

  needs: ['objective'],
  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'objective'],
  reads: ['backoff', 'hedge', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const promised = promiseOf(scope);
    if (promised === undefined || policy.maxAttempts === null || isPredictable(scope)) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts'];
    const worst = worstMs(policy);
    if (worst <= promised.ms) return;
    yield {
      at: mostSpecific(scope, ...fields, promised.path),
      message: `${formatWorst(scope, worst)} the objective of ${scope.dialect.words.ms(promised.ms)} (${promised.name}). Set a shorter deadline.`,
      severity: promised.isMax ? 'error' : 'warning',
      related: [{at: promised.path, message: 'The objective is set here.'}],
      suggestions: [setting(scope, 'deadlineMs', Math.max(1, Math.floor(promised.ms)))],
    };
  },
});

interface Promised {
  readonly ms: number;
  readonly path: string;
  readonly name: string;
  readonly isMax: boolean;
}

function promiseOf({policy}: Scope): Promised | undefined {
  const {max, p99} = policy.objective?.latencyMs ?? {};
  if (max !== undefined) return {ms: max, path: 'objective.latencyMs.max', name: 'maximum', isMax: true};
  if (p99 === undefined) return undefined;
  return {ms: p99, path: 'objective.latencyMs.p99', name: '99th percentile', isMax: false};
}

function formatWorst({policy, dialect: {words}}: Scope, worst: number): string {
  if (!Number.isFinite(worst)) return 'A call has no time limit, so it can exceed';
  if (worst === policy.deadlineMs) return `A call can take the whole deadline of ${words.ms(worst)}, above`;
  const attempts = retriesOf(policy) + 1;
  const sum = attempts === 1 ? 'One attempt' : `${attempts} attempts with their waits`;
  return `${sum} can take ${words.ms(worst)}, above`;
}
