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
  summary: 'Bound calls by what was promised',
  why: `
A promise about the slowest call is kept by a bound and by nothing else. If the deadline, or the attempts and their waits, allow
more than \`objective.latencyMs.max\`, then some call will take it: the caller has given up by then, and what is still sent is work
for no one.

Where no maximum is promised, the worst case is held against the 99th percentile, as a warning: one call in a hundred is near the
worst when a server has a bad hour. With \`objective.assume\`, RL309 predicts the percentiles instead.
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
      name: 'the default deadline under a promise of two seconds',
      text: '{\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
      findings: [
        {
          message: '3 attempts with their waits may take 27000 ms, above the promised maximum of 2000 ms.',
          at: '2:31',
          marks: '"max"',
        },
      ],
    },
    {
      name: 'only a percentile is promised',
      text: '{\n  "attemptTimeoutMs": 1000,\n  "deadlineMs": 7000,\n  "objective": {"latencyMs": {"p99": 3000}}\n}\n',
      findings: [
        {
          message: '3 attempts with their waits may take 6000 ms, above the promised 99th percentile of 3000 ms.',
          at: '3:3',
          marks: '"deadlineMs"',
          severity: 'warning',
        },
      ],
    },
    {
      name: 'nothing bounds the call',
      text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "deadlineMs": null,\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
      findings: [
        {
          message: 'Nothing bounds a call, so it may take for ever, above the promised maximum of 2000 ms.',
          at: '4:3',
          marks: '"deadlineMs"',
        },
      ],
    },
  ],
  good: [
    {
      name: 'a deadline that keeps the promise',
      text: '{\n  "attemptTimeoutMs": 400,\n  "deadlineMs": 2000,\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
    },
    {
      name: 'attempts that keep it by themselves',
      text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": 1500,\n  "objective": {"latencyMs": {"max": 2000}}\n}\n',
    },
  ],

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
      message: `${formatWorst(scope, worst)}, above the promised ${promised.name} of ${scope.dialect.words.ms(promised.ms)}.`,
      severity: promised.isMax ? 'error' : 'warning',
      related: [{at: promised.path, message: 'The promise is made here.'}],
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
  if (!Number.isFinite(worst)) return 'Nothing bounds a call, so it may take for ever';
  if (worst === policy.deadlineMs) return `A call may take the whole deadline of ${words.ms(worst)}`;
  const attempts = retriesOf(policy) + 1;
  const sum = attempts === 1 ? 'One attempt' : `${attempts} attempts with their waits`;
  return `${sum} may take ${words.ms(worst)}`;
}
