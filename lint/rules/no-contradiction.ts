import {checkInvariants} from '../../src/policy/invariants.ts';
import type {LatencyQuantiles} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {isKeyHeader} from '../analysis/key-header.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {isSetHere, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const contradiction: Rule = defineRule({
  code: 'RL401',
  name: 'no-contradiction',
  category: 'correctness',
  severity: 'error',
  confidence: 'high',
  summary: 'Write fields that do not contradict each other',
  documentation: () => ({
    why: `
Fields can be valid one by one and contradict each other: two delays for one hedge, one header for two ids, an open time above its
maximum. The client refuses to run such a policy and reports the same conditions, because client and linter share the code. A cap below
the base is accepted, but the base then has no effect. The client never reads an objective, but a median above the 99th percentile is
a mistake, and every prediction from it is wrong.
`,
    sources: [{title: 'The policy file', url: 'docs/policy.md'}],
    bad: [
      {
        name: 'an open time above its maximum',
        text: '{\n  "breaker": {"openMs": 90000, "maxOpenMs": 60000}\n}\n',
        findings: [
          {
            message: 'breaker.openMs is 90000 ms, above maxOpenMs (60000 ms); raise maxOpenMs or lower openMs.',
            at: '2:15',
            marks: '"openMs"',
          },
        ],
      },
      {
        name: 'a least concurrency above the most',
        text: '{\n  "concurrency": {"kind": "adaptive", "min": 50, "max": 20}\n}\n',
        findings: [
          {
            message: 'concurrency.min is 50, above max (20); lower min or raise max.',
            at: '2:39',
            marks: '"min"',
          },
        ],
      },
      {
        name: 'a median above the 99th percentile',
        text: '{\n  "objective": {"assume": {"latencyMs": {"p50": 900, "p99": 300}}}\n}\n',
        findings: [
          {
            message:
              'objective.assume.latencyMs.p50 is 900 ms, above p99 (300 ms): half of the responses cannot be slower than 99 % of them.',
            at: '2:42',
            marks: '"p50"',
          },
        ],
      },
      {
        name: 'failures and hangs of more than all attempts',
        text: '{\n  "objective": {"assume": {"failureRatio": 0.7, "hangRatio": 0.5}}\n}\n',
        findings: [
          {
            message:
              'objective.assume.failureRatio is 0.7, and with a hangRatio of 0.5 that makes 1.2 of all attempts, above 1.',
            at: '2:28',
            marks: '"failureRatio"',
          },
        ],
      },
      {
        name: 'a budget that pays for throttled retries alone',
        text: '{\n  "budget": {"kind": "token-bucket", "capacity": 5}\n}\n',
        findings: [
          {
            message:
              'budget.capacity is 5, below retryCost (14): only retries after a throttled response are paid for. Raise capacity.',
            at: '2:38',
            marks: '"capacity"',
            severity: 'warning',
          },
        ],
      },
      {
        name: 'a cap below the base',
        text: '{\n  "backoff": {"baseMs": 500, "capMs": 200}\n}\n',
        findings: [
          {
            message:
              'backoff.capMs is 200 ms, below baseMs (500 ms): every wait is 200 ms, and the base has no effect. Raise capMs.',
            at: '2:30',
            marks: '"capMs"',
            severity: 'warning',
          },
        ],
      },
    ],
    good: [{name: 'a cap above the base', text: '{\n  "backoff": {"baseMs": 200, "capMs": 5000}\n}\n'}],
  }),

  fields: [],
  reads: [
    'attemptHeader',
    'backoff',
    'breaker',
    'budget',
    'concurrency',
    'correlation',
    'deadlineHeader',
    'deadlineMs',
    'endpoints',
    'hedge',
    'idempotency',
    'maxAttempts',
    'objective',
    'quota',
    'retryOn',
  ],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const {words} = scope.dialect;
    for (const {path, message} of checkInvariants(policy)) {
      // RL201 reports calls without an end.
      if (path === 'maxAttempts') continue;
      yield {at: path, message: `${words.name(path)} ${message}.`};
    }
    yield* fallingQuantiles(scope, 'objective.latencyMs', policy.objective?.latencyMs);
    yield* fallingQuantiles(scope, 'objective.assume.latencyMs', policy.objective?.assume?.latencyMs);
    yield* tooManyFailures(scope);
    yield* unpaidRetries(scope);
    yield* newKeys(scope);
    yield* cappedThrottledBase(scope);
    const {backoff} = policy;
    // A route can set the cap of another kind, which is reported above.
    if (backoff.kind !== 'exponential' && backoff.kind !== 'linear') return;
    if (!isSure(scope, 'backoff.baseMs') || backoff.capMs >= backoff.baseMs) return;
    const capMs = words.ms(backoff.capMs);
    const fact = `${words.name('backoff.capMs')} is ${capMs}, below ${words.key('backoff.baseMs')} (${words.ms(backoff.baseMs)})`;
    const message = `${fact}: every wait is ${capMs}, and the base has no effect. Raise ${words.key('backoff.capMs')}.`;
    yield {
      at: 'backoff.capMs',
      message,
      severity: 'warning',
      related: [{at: 'backoff.baseMs', message: 'The base is set here.'}],
    };
  },
});

const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const;
const SLOWER = {
  p50: 'half of the responses',
  p95: '5 % of the responses',
  p99: '1 % of the responses',
  max: '',
} as const;
const FASTER = {p50: '', p95: '95 % of them', p99: '99 % of them', max: 'the slowest'} as const;

/** Reports a quantile above the next higher one. */
function* fallingQuantiles(scope: Scope, base: string, latencies: LatencyQuantiles = {}): Iterable<Draft> {
  const {words} = scope.dialect;
  const known = QUANTILES.flatMap(name => {
    const ms = latencies[name];
    return ms === undefined || !isSure(scope, `${base}.${name}`) ? [] : [{name, ms}];
  });
  for (const [index, {name, ms}] of known.entries()) {
    const next = known[index + 1];
    if (next === undefined || ms <= next.ms) continue;
    yield {
      at: `${base}.${name}`,
      message: `${words.name(`${base}.${name}`)} is ${words.ms(ms)}, above ${next.name} (${words.ms(next.ms)}): ${SLOWER[name]} cannot be slower than ${FASTER[next.name]}.`,
      related: [{at: `${base}.${next.name}`, message: `${next.name} is set here.`}],
    };
  }
}

/** A full bucket that pays for one kind of retry and not for the other. RL405 reports one that pays for none. */
function* unpaidRetries(scope: Scope): Iterable<Draft> {
  const {budget} = scope.policy;
  if (budget?.kind !== 'token-bucket' || !mayRetry(scope)) return;
  const {capacity, retryCost, throttledCost} = budget;
  const unpaid = retryCost > capacity ? 'retryCost' : 'throttledCost';
  if (budget[unpaid] <= capacity || Math.min(retryCost, throttledCost) > capacity) return;
  if (!isSure(scope, 'budget.capacity', `budget.${unpaid}`)) return;
  const {words} = scope.dialect;
  const which =
    unpaid === 'retryCost' ? 'only retries after a throttled response are' : 'no retry after a throttled response is';
  yield {
    at: mostSpecific(scope, 'budget.capacity', `budget.${unpaid}`),
    message: `${words.name('budget.capacity')} is ${capacity}, below ${words.key(`budget.${unpaid}`)} (${budget[unpaid]}): ${which} paid for. Raise ${words.key('budget.capacity')}.`,
    severity: 'warning',
    related: [{at: `budget.${unpaid}`, message: 'The cost is set here.'}],
  };
}

/** A header of idempotency keys that gets a new id for each attempt. */
function* newKeys(scope: Scope): Iterable<Draft> {
  const header = scope.policy.correlation?.requestIdHeader ?? null;
  if (header === null || !isKeyHeader(header)) return;
  yield {
    at: 'correlation.requestIdHeader',
    message: `correlation.requestIdHeader is "${header}", so each attempt gets another key, and the server takes a retry for a new request. Set idempotency, which sends one key with all attempts.`,
  };
}

/** The cap applies to the first wait after a throttled response, too. */
function* cappedThrottledBase(scope: Scope): Iterable<Draft> {
  const {policy, dialect} = scope;
  const {backoff} = policy;
  if (!('capMs' in backoff) || !mayRetry(scope) || !retriesThrottled(policy)) return;
  const {capMs, baseMs, throttledBaseMs} = backoff;
  if (capMs >= throttledBaseMs || capMs < baseMs || !isSetHere(scope, 'backoff.throttledBaseMs')) return;
  const {words} = dialect;
  yield {
    at: 'backoff.capMs',
    message: `${words.name('backoff.capMs')} is ${words.ms(capMs)}, below ${words.key('backoff.throttledBaseMs')} (${words.ms(throttledBaseMs)}): a wait after a throttled response is at most ${words.ms(capMs)}. Raise ${words.key('backoff.capMs')}.`,
    severity: 'warning',
    related: [{at: 'backoff.throttledBaseMs', message: 'The wait after a throttled response is set here.'}],
  };
}

function* tooManyFailures(scope: Scope): Iterable<Draft> {
  const {failureRatio = 0, hangRatio = 0} = scope.policy.objective?.assume ?? {};
  const sum = failureRatio + hangRatio;
  if (sum <= 1 || !isSure(scope, 'objective.assume.failureRatio', 'objective.assume.hangRatio')) return;
  yield {
    at: 'objective.assume.failureRatio',
    message: `objective.assume.failureRatio is ${failureRatio}, and with a hangRatio of ${hangRatio} that makes ${formatNumber(sum)} of all attempts, above 1.`,
    related: [{at: 'objective.assume.hangRatio', message: 'hangRatio is set here.'}],
  };
}
