import type {LatencyQuantiles} from '../../src/policy/types.ts';
import {formatShare} from '../analysis/format.ts';
import {isPredictable} from '../analysis/prediction.ts';
import {formatChange} from '../analysis/setting.ts';
import {latencyLaw} from '../math/attempt-latency.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const timeoutBelowLatency: Rule = defineRule({
  code: 'RL310',
  name: 'no-timeout-below-latency',
  category: 'latency',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Give an attempt the time that good answers take',
  why: `
A timeout below the latency of a healthy server turns good answers into failures. The server has done the work, the answer is thrown
away, and where timeouts are retried the work is done again: the load grows on a day when nothing is wrong, and on a slow day nearly
every attempt is cut off. Choose how many good answers may be lost, one in a thousand for instance, and set the timeout to that
percentile of the latency.

Judged by \`objective.assume.latencyMs\`, the latencies of attempts that succeed. Below the median it is an error. Where a promise is
written down as well, RL309 predicts whether the policy keeps it: an early timeout can be right there, and this rule only informs.
`,
  sources: [
    {
      title: 'M. Brooker, Timeouts, retries, and backoff with jitter: an acceptable rate of false timeouts',
      url: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
    },
    {
      title: 'Google SRE Book, Addressing Cascading Failures: deadlines',
      url: 'https://sre.google/sre-book/addressing-cascading-failures/',
    },
  ],
  bad: [
    {
      name: 'below the median',
      text: '{\n  "attemptTimeoutMs": 150,\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p99": 576}}}\n}\n',
      findings: [
        {
          message:
            'An attempt is cut off after 150 ms, below the stated p50 of 180 ms: 64.2 % of the good answers are lost.',
          at: '2:3',
          marks: '"attemptTimeoutMs"',
          severity: 'error',
        },
      ],
      fixed: '{\n  "attemptTimeoutMs": 576,\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p99": 576}}}\n}\n',
    },
    {
      name: 'below the 99th percentile',
      text: '{\n  "attemptTimeoutMs": 500,\n  "objective": {"assume": {"latencyMs": {"p99": 576}}}\n}\n',
      findings: [
        {
          message:
            'An attempt is cut off after 500 ms, below the stated p99 of 576 ms: at least 1 % of the good answers are lost.',
          at: '2:3',
          marks: '"attemptTimeoutMs"',
        },
      ],
      fixed: '{\n  "attemptTimeoutMs": 576,\n  "objective": {"assume": {"latencyMs": {"p99": 576}}}\n}\n',
    },
    {
      name: 'a deadline that no answer meets',
      text: '{\n  "deadlineMs": 100,\n  "objective": {"assume": {"latencyMs": {"p50": 180}}}\n}\n',
      findings: [
        {
          message:
            'A call is cut off after 100 ms, below the stated p50 of 180 ms: at least 50 % of the good answers are lost.',
          at: '2:3',
          marks: '"deadlineMs"',
          severity: 'error',
        },
      ],
    },
  ],
  good: [
    {
      name: 'above the 99th percentile',
      text: '{\n  "attemptTimeoutMs": 600,\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p99": 576}}}\n}\n',
    },
    {name: 'latencies that are not known', text: '{\n  "attemptTimeoutMs": 150\n}\n'},
  ],

  fields: ['attemptTimeoutMs', 'deadlineMs', 'objective'],
  reads: ['hedge', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const latencies = policy.objective?.assume?.latencyMs;
    if (latencies === undefined) return;
    const limit = limitOf(scope);
    const cut = cutPercentile(latencies, limit.ms);
    if (cut === undefined) return;
    const isError = cut.name === 'p50';
    // What a kept promise shows is a choice: a note, and only beside the number itself.
    const isChosen = !isError && isPredictable(scope);
    if (isChosen && !isSetHere(scope, limit.path)) return;
    const {words} = scope.dialect;
    yield {
      at: mostSpecific(scope, limit.path, 'objective'),
      message: `${limit.what} is cut off after ${words.ms(limit.ms)}, below the stated ${cut.name} of ${words.ms(cut.ms)}: ${formatLost(latencies, limit.ms, cut)} of the good answers are lost.`,
      ...(isError ? {severity: 'error'} : isChosen ? {severity: 'info'} : {}),
      related: [
        {at: limit.path, message: 'The limit is set here.'},
        {at: `objective.assume.latencyMs.${cut.name}`, message: 'The latency is assumed here.'},
      ],
      ...longer(scope, latencies),
    };
  },
});

interface Limit {
  readonly path: 'attemptTimeoutMs' | 'deadlineMs';
  readonly what: string;
  readonly ms: number;
}

/** What ends an attempt first: its own timeout, or the deadline of the call. */
function limitOf({policy: {attemptTimeoutMs, deadlineMs}}: Scope): Limit {
  const attemptMs = attemptTimeoutMs ?? Number.POSITIVE_INFINITY;
  const callMs = deadlineMs ?? Number.POSITIVE_INFINITY;
  return attemptMs <= callMs
    ? {path: 'attemptTimeoutMs', what: 'An attempt', ms: attemptMs}
    : {path: 'deadlineMs', what: 'A call', ms: callMs};
}

interface Percentile {
  readonly name: 'p50' | 'p95' | 'p99';
  readonly ms: number;
  /** Answers that take longer. */
  readonly slower: number;
}

/** The lowest percentile that the limit is below; undefined where the percentiles contradict each other. */
function cutPercentile({p50, p95, p99}: LatencyQuantiles, limitMs: number): Percentile | undefined {
  const stated = [
    {name: 'p50', ms: p50, slower: 0.5},
    {name: 'p95', ms: p95, slower: 0.05},
    {name: 'p99', ms: p99, slower: 0.01},
  ].filter((percentile): percentile is Percentile => percentile.ms !== undefined);
  if (stated.some(({ms}, index) => index > 0 && ms < stated[index - 1]!.ms)) return undefined;
  return stated.find(({ms}) => limitMs < ms);
}

function formatLost(latencies: LatencyQuantiles, limitMs: number, {slower}: Percentile): string {
  const law = latencyLaw(latencies);
  return law === undefined ? `at least ${formatShare(slower)}` : formatShare(1 - law(limitMs));
}

/** The highest percentile that is stated; a median would still lose half of the answers. */
function longer(scope: Scope, {p95, p99}: LatencyQuantiles): Pick<Draft, 'fix'> {
  const {policy} = scope;
  const slow = p99 ?? p95;
  if (slow === undefined) return {};
  const value = Math.ceil(slow);
  const name = p99 === undefined ? 'p95' : 'p99';
  if (policy.deadlineMs !== null && policy.deadlineMs < value) return {};
  const title = `${formatChange(scope, 'attemptTimeoutMs', value)}, the stated ${name}`;
  return {fix: {title, changes: [{do: 'set', path: 'attemptTimeoutMs', value}]}};
}
