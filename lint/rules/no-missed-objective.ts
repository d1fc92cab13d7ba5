import {formatCount, formatList, formatNumber, formatShare} from '../analysis/format.ts';
import {type Prediction, predictionOfScope} from '../analysis/prediction.ts';
import {mayRepeat, retriesOf} from '../analysis/retryability.ts';
import {isSetHere, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const missedObjective: Rule = defineRule({
  code: 'RL309',
  name: 'no-missed-objective',
  category: 'latency',
  severity: 'warning',
  confidence: 'medium',
  summary: 'Meet the objective under the assumed traffic',
  documentation: () => ({
    why: `
From the assumed latency and failures of one attempt, the linter computes the latency of calls, the share that succeeds, and the attempts
per call. If the result misses the objective, change the policy or the objective.

The prediction assumes independent attempts, lognormal latencies between the given quantiles, failures after \`failureLatencyMs\`, and a closed breaker.
It includes the budget. A failed call counts as slower than any percentile. It does not describe an outage, which is worse.
`,
    sources: [
      {title: 'J. Dean, L. Barroso, The Tail at Scale (2013)', url: 'https://doi.org/10.1145/2408776.2408794'},
      {
        title: 'Google SRE Book, Service Level Objectives',
        url: 'https://sre.google/sre-book/service-level-objectives/',
      },
    ],
    bad: [
      {
        name: 'a p95 that three attempts cannot reach',
        text: '{\n  "attemptTimeoutMs": 600,\n  "deadlineMs": 800,\n  "backoff": {"baseMs": 25},\n  "objective": {\n    "latencyMs": {"p95": 400},\n    "successRatio": 0.995,\n    "assume": {"latencyMs": {"p50": 180, "p95": 410, "p99": 576}, "failureRatio": 0.05, "hangRatio": 0.01}\n  }\n}\n',
        findings: [
          {
            message:
              'With the assumed traffic, p95 is 434 ms (objective: 400 ms) and 99.08 % of the calls succeed (objective: 99.5 %). A call makes 1.07 attempts on average.',
            at: '5:3',
            marks: '"objective"',
          },
        ],
      },
      {
        name: 'too many failures',
        text: '{\n  "attemptTimeoutMs": 600,\n  "deadlineMs": 2000,\n  "objective": {\n    "successRatio": 0.999,\n    "assume": {"rps": 50, "latencyMs": {"p50": 180, "p95": 410}, "failureRatio": 0.3}\n  }\n}\n',
        findings: [
          {
            message:
              'With the assumed traffic, 80.6 % of the calls succeed (objective: 99.9 %). A call makes 1.16 attempts on average; the budget grants 46.2 % of the retries.',
            at: '4:3',
            marks: '"objective"',
          },
        ],
      },
      {
        name: 'the slowest call is above the objective',
        text: '{\n  "attemptTimeoutMs": 600,\n  "deadlineMs": 3000,\n  "objective": {\n    "latencyMs": {"p95": 800, "max": 2000},\n    "assume": {"latencyMs": {"p50": 180, "p95": 410}}\n  }\n}\n',
        findings: [
          {
            message:
              'With the assumed traffic, the slowest call takes 3000 ms (objective: 2000 ms). A call makes 1.01 attempts on average.',
            at: '4:3',
            marks: '"objective"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a policy that meets its objective, although the deadline cuts the last attempt',
        text: '{\n  "attemptTimeoutMs": 600,\n  "deadlineMs": 800,\n  "backoff": {"baseMs": 25},\n  "objective": {\n    "latencyMs": {"p95": 800},\n    "successRatio": 0.99,\n    "assume": {"latencyMs": {"p50": 180, "p95": 410, "p99": 576}, "failureRatio": 0.05, "hangRatio": 0.01}\n  }\n}\n',
      },
      {name: 'nothing is assumed', text: '{\n  "deadlineMs": 30000,\n  "objective": {"latencyMs": {"p95": 800}}\n}\n'},
    ],
  }),

  needs: ['objective'],
  fields: ['objective', 'maxAttempts', 'attemptTimeoutMs', 'deadlineMs', 'backoff', 'retryOn', 'hedge'],
  reads: ['budget', 'idempotency', 'idempotentMethods', 'match', 'paid'],

  *check(scope): Iterable<Draft> {
    const prediction = predictionOfScope(scope);
    if (prediction === undefined) {
      yield* unreachableShare(scope);
      return;
    }
    const misses = missesOf(scope, prediction);
    if (misses.length === 0) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'backoff'].filter(path => isSetHere(scope, path));
    yield {
      at: mostSpecific(scope, 'objective', ...fields),
      message: `With the assumed traffic, ${formatList(misses)}. A call makes ${formatNumber(prediction.meanAttempts)} attempts on average${grantedText(prediction)}.`,
      related: [{at: 'objective', message: 'The objective and the traffic are set here.'}],
    };
  },
});

/** Without latencies, the share of calls whose attempts do not all fail: more cannot succeed. */
function* unreachableShare(scope: Scope): Iterable<Draft> {
  const {policy} = scope;
  const {successRatio, assume} = policy.objective ?? {};
  const failed = Math.min(1, (assume?.failureRatio ?? 0) + (assume?.hangRatio ?? 0));
  if (successRatio === undefined || failed === 0 || policy.maxAttempts === null || assume?.latencyMs !== undefined)
    return;
  if (!isSure(scope, 'objective', 'maxAttempts', 'retryOn')) return;
  const attempts = mayRepeat(scope) && policy.retryOn.length > 0 ? retriesOf(policy) + 1 : 1;
  const succeeded = 1 - failed ** attempts;
  if (succeeded >= successRatio - 1e-6) return;
  yield {
    at: mostSpecific(scope, 'objective', 'maxAttempts'),
    message: `At most ${formatShare(succeeded)} of the calls succeed with ${formatCount(attempts, 'attempt')} (objective: ${formatShare(successRatio)}), because ${formatShare(failed)} of the attempts are assumed to fail. Allow more attempts, or promise less.`,
    related: [{at: 'objective.assume', message: 'The failures are assumed here.'}],
  };
}

function missesOf({policy, dialect: {words}}: Scope, prediction: Prediction): string[] {
  const {latencyMs = {}, successRatio} = policy.objective ?? {};
  const misses: string[] = [];
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const promised = latencyMs[name];
    const predicted = promised === undefined ? 0 : prediction.quantile(share);
    // The quantile is found by bisection, to a thousandth.
    if (promised === undefined || predicted <= promised * 1.001) continue;
    const says = Number.isFinite(predicted) ? `is ${words.ms(Math.ceil(predicted))}` : 'is never reached';
    misses.push(`${name} ${says} (objective: ${words.ms(promised)})`);
  }
  if (latencyMs.max !== undefined && prediction.worstMs > latencyMs.max) {
    const slowest = Number.isFinite(prediction.worstMs) ? `takes ${words.ms(prediction.worstMs)}` : 'never ends';
    misses.push(`the slowest call ${slowest} (objective: ${words.ms(latencyMs.max)})`);
  }
  if (successRatio !== undefined && prediction.successRatio < successRatio - 1e-6) {
    misses.push(
      `${formatShare(prediction.successRatio)} of the calls succeed (objective: ${formatShare(successRatio)})`,
    );
  }
  return misses;
}

const grantedText = ({grantedRatio}: Prediction): string =>
  grantedRatio < 1 ? `; the budget grants ${formatShare(grantedRatio)} of the retries` : '';
