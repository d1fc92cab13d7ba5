import type {AdaptiveBreaker, ConsecutiveBreaker, RatioBreaker} from '../../src/policy/types.ts';
import {breakerAttemptsOf, formatAttempts, isDiluted, isNeverOpened} from '../analysis/breaker-attempts.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {relatedTo} from '../analysis/related.ts';
import {setting} from '../analysis/setting.ts';
import {isSet, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const breakerOpenedByOneCall: Rule = builtIn('RL216', {
  fields: ['breaker', 'maxAttempts', 'retryOn'],
  reads: ['idempotency', 'idempotentMethods', 'objective', 'match'],

  *check(scope): Iterable<Draft> {
    const {breaker} = scope.policy;
    if (breaker === null) return;
    if (breaker.kind === 'ratio') yield* ratio(scope, breaker);
    else yield* inARow(scope, breaker);
  },
});

function* inARow(scope: Scope, breaker: AdaptiveBreaker | ConsecutiveBreaker): Iterable<Draft> {
  const {kind} = breaker;
  const attempts = breakerAttemptsOf(scope);
  if (!isSure(scope, 'breaker.failures', 'breaker.openMs')) return;
  // Those that open an adaptive breaker began 100 ms apart. Its next probe closes it, so little is lost.
  const failures = kind === 'adaptive' ? Math.max(2, breaker.failures) : breaker.failures;
  if (failures > attempts) {
    if (kind === 'consecutive') yield* openedByPause(scope, breaker);
    return;
  }
  if (kind === 'adaptive' && !isSet(scope, 'breaker.failures')) return;
  const enough = Math.max(LEAST_FAILURES[kind], attempts + 1);
  const mended = enough <= MOST_FAILURES ? {fix: setting(scope, 'breaker.failures', enough)} : {};
  const advice = enough <= MOST_FAILURES ? ` Require at least ${enough} failures.` : '';
  yield kind === 'consecutive' && failures === 1
    ? {
        at: 'breaker.failures',
        message: `Each failed attempt opens the breaker and refuses all calls for ${scope.words.ms(breaker.openMs)}.${advice}`,
        severity: 'error',
        ...mended,
      }
    : {
        at: mostSpecific(scope, 'breaker.failures', 'maxAttempts'),
        message: `One call can open the breaker for every call: ${failures} failures in a row open it, and a call makes ${formatAttempts(attempts)}.${advice}`,
        ...(kind === 'adaptive' && {severity: 'info'}),
        related: relatedTo(scope, 'breaker.failures', 'maxAttempts'),
        ...mended,
      };
}

/** Failures in a row that much traffic makes in a moment, so that a pause of the server costs a long time. */
function* openedByPause(scope: Scope, {failures, openMs}: ConsecutiveBreaker): Iterable<Draft> {
  const rps = scope.policy.objective?.assume?.rps ?? 0;
  const pauseMs = (failures / rps) * 1000;
  if (pauseMs > SHORT_MS || openMs < LONG_MS) return;
  const calls = `${formatNumber(rps)} calls per second`;
  yield {
    at: mostSpecific(scope, 'breaker.failures', 'objective.assume.rps'),
    message: `${failures} failures in a row open the breaker, and ${calls} make them in ${scope.words.ms(pauseMs)}: a server that pauses that long gets no calls for ${scope.words.ms(openMs)}. Use kind "adaptive", or a shorter openMs.`,
    confidence: 'medium',
    related: relatedTo(scope, 'objective.assume.rps'),
  };
}

/** A garbage collection, or the restart of one instance. */
const SHORT_MS = 100;
const LONG_MS = 10_000;

function* ratio(scope: Scope, breaker: RatioBreaker): Iterable<Draft> {
  const {minCalls, openMs} = breaker;
  if (minCalls === 'auto' || !isSure(scope, 'breaker.minCalls', 'breaker.openMs')) return;
  const mended = isNeverOpened(scope, {...breaker, minCalls: 'auto'})
    ? {}
    : {fix: setting(scope, 'breaker.minCalls', 'auto')};
  if (minCalls === 1) {
    const message = `One failed attempt in an empty window opens the breaker and refuses all calls for ${scope.words.ms(openMs)}. Raise ${scope.words.key('breaker.minCalls')}.`;
    return yield {at: 'breaker.minCalls', message, ...mended};
  }
  const attempts = breakerAttemptsOf(scope);
  if (minCalls > attempts && breaker.failureRatio * minCalls <= 1 && !isDiluted(scope, breaker, 1)) {
    return yield {
      at: mostSpecific(scope, 'breaker.failureRatio', 'breaker.minCalls'),
      message: `One failed attempt among ${minCalls} opens the breaker: it is ${formatShare(1 / minCalls)} of them, and ${scope.words.key('breaker.failureRatio')} is ${formatNumber(breaker.failureRatio)}. Raise ${scope.words.key('breaker.failureRatio')} or ${scope.words.key('breaker.minCalls')}.`,
      related: relatedTo(scope, 'breaker.minCalls'),
      ...mended,
    };
  }
  if (minCalls > attempts || isDiluted(scope, breaker, attempts)) return;
  yield {
    at: mostSpecific(scope, 'breaker.minCalls', 'maxAttempts'),
    message: `One call can open the breaker for every call: the failure ratio counts from ${formatCount(minCalls, 'attempt')}, and a call makes ${formatAttempts(attempts)}. Raise ${scope.words.key('breaker.minCalls')}.`,
    related: relatedTo(scope, 'breaker.minCalls', 'maxAttempts'),
    ...mended,
  };
}

/** Defaults of steadfetch; 5 is that of Envoy, too. */
const LEAST_FAILURES = {adaptive: 8, consecutive: 5} as const;
/** Maximum that the schema allows. */
const MOST_FAILURES = 1_000_000;
