import {checkInvariants} from '../../src/policy/invariants.ts';
import type {LatencyQuantiles} from '../../src/policy/types.ts';
import {formatNumber} from '../analysis/format.ts';
import {isKeyHeader} from '../analysis/key-header.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {isSetHere, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const contradiction: Rule = builtIn('RL401', {
  fields: [],
  reads:
    'attemptHeader backoff breaker budget concurrency correlation deadlineHeader deadlineMs endpoints hedge idempotency match maxAttempts nested objective quota retryOn'.split(
      ' ',
    ),

  *check(scope): Iterable<Draft> {
    const {policy, words} = scope;
    for (const {path, message} of checkInvariants(policy, scope.match?.origin)) {
      // RL201 reports calls without an end.
      if (path === 'maxAttempts') continue;
      // The finding is at the bound that was written last.
      const bound = path.replace('min', 'max').replace('openMs', 'maxOpenMs');
      yield {at: mostSpecific(scope, path, bound), message: `${words.name(path)} ${message}.`};
    }
    yield* fallingQuantiles(scope, 'objective.latencyMs', policy.objective?.latencyMs);
    yield* fallingQuantiles(scope, 'objective.assume.latencyMs', policy.objective?.assume?.latencyMs);
    yield* tooManyFailures(scope);
    yield* unpaidRetries(scope);
    yield* newKeys(scope);
    yield* newKeysAbove(scope);
    if (policy.attemptHeader?.toLowerCase() === FROM_0)
      yield {
        at: 'attemptHeader',
        message: `${FROM_0} counts from 0, and the first attempt sends 1: a server with nested "yield" takes it for a retry. Use another name.`,
        severity: 'warning',
      };
    yield* cappedThrottledBase(scope);
    const {backoff} = policy;
    // A route can set the cap of another kind, which is reported above.
    if (backoff.kind !== 'exponential' && backoff.kind !== 'linear') return;
    if (!isSure(scope, 'backoff.baseMs') || backoff.capMs >= backoff.baseMs) return;
    const capMs = words.ms(backoff.capMs);
    const why = `every wait is at most ${capMs}, and the base has no effect`;
    yield below(scope, ['backoff.capMs', capMs], ['backoff.baseMs', words.ms(backoff.baseMs)], why);
  },
});

type Shown = readonly [path: string, value: string];

/** A limit that another one is above. */
const below = (scope: Scope, [at, value]: Shown, [higher, its]: Shown, why: string): Draft => ({
  at,
  message: `${scope.words.name(at)} is ${value}, below ${scope.words.key(higher)} (${its}): ${why}. Raise ${scope.words.key(at)}.`,
  severity: 'warning',
  related: relatedTo(scope, higher),
});

/** The header of the SDKs of OpenAI and Anthropic. */
const FROM_0 = 'x-stainless-retry-count';

const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const;
const SLOWER = {p50: 'half of the responses', p95: '5 % of the responses', p99: '1 % of the responses', max: ''};
const FASTER = {p50: '', p95: '95 % of them', p99: '99 % of them', max: 'the slowest'} as const;

/** Reports a quantile above the next higher one. */
function* fallingQuantiles(scope: Scope, base: string, latencies: LatencyQuantiles = {}): Iterable<Draft> {
  const known = QUANTILES.flatMap(name => {
    const ms = latencies[name];
    return ms === undefined || !isSure(scope, `${base}.${name}`) ? [] : [{name, ms}];
  });
  for (const [index, {name, ms}] of known.entries()) {
    const next = known[index + 1];
    if (next === undefined || ms <= next.ms) continue;
    yield {
      at: `${base}.${name}`,
      message: `${scope.words.name(`${base}.${name}`)} is ${scope.words.ms(ms)}, above ${next.name} (${scope.words.ms(next.ms)}): ${SLOWER[name]} cannot be slower than ${FASTER[next.name]}.`,
      related: relatedTo(scope, `${base}.${next.name}`),
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
  const which =
    unpaid === 'retryCost' ? 'only retries after a throttled response are' : 'no retry after a throttled response is';
  const cost = `budget.${unpaid}`;
  const draft = below(scope, ['budget.capacity', `${capacity}`], [cost, `${budget[unpaid]}`], `${which} paid for`);
  yield {...draft, at: mostSpecific(scope, 'budget.capacity', cost)};
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

/** A key that is made for each call, where a client above makes a call of each of its attempts. */
function* newKeysAbove(scope: Scope): Iterable<Draft> {
  const {nested, idempotency} = scope.policy;
  if (nested !== 'yield' || idempotency === null || idempotency.methods.length === 0) return;
  yield {
    at: mostSpecific(scope, 'nested', 'idempotency'),
    message: `nested is "yield": a client above retries alone, and each of its attempts gets another ${idempotency.header}, so the server takes a retry for a new request. Let that client send the key, or switch its retries off.`,
    severity: 'warning',
    related: relatedTo(scope, 'idempotency'),
  };
}

/** The cap applies to the first wait after a throttled response, too. */
function* cappedThrottledBase(scope: Scope): Iterable<Draft> {
  const {policy, words} = scope;
  const {backoff} = policy;
  if (!('capMs' in backoff) || !mayRetry(scope) || !retriesThrottled(policy)) return;
  const {capMs, baseMs, throttledBaseMs} = backoff;
  if (capMs >= throttledBaseMs || capMs < baseMs || !isSetHere(scope, 'backoff.throttledBaseMs')) return;
  const [cap, base] = [words.ms(capMs), words.ms(throttledBaseMs)];
  const why = `a wait after a throttled response is at most ${cap}`;
  yield below(scope, ['backoff.capMs', cap], ['backoff.throttledBaseMs', base], why);
}

function* tooManyFailures(scope: Scope): Iterable<Draft> {
  const {failureRatio = 0, hangRatio = 0} = scope.policy.objective?.assume ?? {};
  const sum = failureRatio + hangRatio;
  if (sum <= 1 || !isSure(scope, 'objective.assume.failureRatio', 'objective.assume.hangRatio')) return;
  yield {
    at: 'objective.assume.failureRatio',
    message: `objective.assume.failureRatio is ${failureRatio}, and with a hangRatio of ${hangRatio} that makes ${formatNumber(sum)} of all attempts, above 1.`,
    related: relatedTo(scope, 'objective.assume.hangRatio'),
  };
}
