import {leastConcurrency} from '../../src/policy/least-concurrency.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {formatHeldTime, type HeldPlace, heldPlaceOf} from '../analysis/held-place.ts';
import {learnedStart} from '../analysis/learned-start.ts';
import {inFlight, lastWaitMs} from '../analysis/places.ts';
import {recoveryLine, waitingBreaker} from '../analysis/recovery-line.ts';
import {relatedTo} from '../analysis/related.ts';
import {setting} from '../analysis/setting.ts';
import {MOST_PLACES, suggestedMax} from '../analysis/suggested-values.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const concurrencyBelowTraffic: Check = {
  worse: 'lower',
  needs: ['objective'],
  fields: ['breaker', 'breaker.queue', 'concurrency', 'concurrency.max'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, objective} = scope.policy;
    const rps = objective?.assume?.rps;
    if (rps === undefined) return;
    yield* lineBelowTraffic(scope, rps);
    if (concurrency === null) return;
    const held = heldPlaceOf(scope);
    if (held === undefined) return;
    const {max, queue} = concurrency;
    const load = inFlight(rps, held.ms);
    if (max >= load) return;
    const refused = `at least ${formatShare(1 - max / load)} of the calls are refused`;
    const end = queue === 0 ? refused : `the queue of ${queue} fills, and then ${refused} or time out in the queue`;
    yield {
      at: mostSpecific(scope, 'concurrency.max', 'objective'),
      message: `At ${formatCount(rps, 'call')} per second of ${formatHeldTime(scope, held)}, ${formatNumber(load)} attempts are in flight, but the limit is ${max}: ${end}. Raise ${scope.words.key('concurrency.max')}.`,
      // The limit of a worker is its pace: it begins a call when another has ended.
      ...(isWorker(scope) && {severity: 'info'}),
      related: relatedTo(scope, 'concurrency.max', 'objective.assume'),
      suggestions: suggestedMax(scope, load),
    };
  },
};

/** Calls that fail in an outage although they may wait for its end. RL221 reports a queue for none. */
function* lineBelowTraffic(scope: Scope, rps: number): Iterable<Draft> {
  const {queue, waitMs, most} = recoveryLine(scope.policy, rps);
  if (queue >= most || queue === 0) return;
  const value = Math.ceil(most * 1.3); // Retries wait, too.
  yield {
    at: mostSpecific(scope, 'breaker.queue', 'breaker.maxWaitMs', 'objective'),
    message: `In an outage, ${formatNumber(most)} calls may wait (${formatCount(rps, 'call')} per second, for ${scope.words.ms(waitMs)}), but the queue of the breaker holds ${queue}: ${formatShare(1 - queue / most)} of them fail at once. Raise queue.`,
    ...(!isSetHere(scope, 'breaker') && {severity: 'info'}),
    related: relatedTo(scope, 'breaker.queue', 'breaker.maxWaitMs', 'objective.assume'),
    suggestions: value > MOST_PLACES ? [] : [setting(scope, 'breaker.queue', value)],
  };
}
const WORKER_MS = 600_000;

/** One process whose calls have minutes. */
const isWorker = ({policy: {deadlineMs, objective}}: Scope): boolean =>
  objective?.instances === 1 && (deadlineMs ?? 0) >= WORKER_MS;

const quotaBelowTraffic: FormerCheck = {
  formerly: 'RL220',
  needs: ['quota'],
  fields: ['quota', 'quota.limits'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective', 'quota.queue'],

  *check(scope): Iterable<Draft> {
    const {quota, objective} = scope.policy;
    const rps = objective?.assume?.rps;
    if (quota === null || rps === undefined) return;
    const limits = quota.limits
      .filter(({unit}) => unit === 'requests')
      .map(limit => ({...limit, perSecond: (limit.max / limit.perMs) * 1000}))
      .sort((a, b) => a.perSecond - b.perSecond);
    const [lowest] = limits;
    if (lowest === undefined) return void (yield* learnedBelowTraffic(scope));
    if (lowest.perSecond >= rps) return;
    const {max, perMs, perSecond} = lowest;
    const refused = `at least ${formatShare(1 - perSecond / rps)} of the calls are refused`;
    yield {
      at: mostSpecific(scope, 'quota.limits', 'objective'),
      message: `The quota of ${formatCount(max, 'request')} in ${scope.words.ms(perMs)} admits ${formatCount(perSecond, 'request')} per second, but the assumed traffic is ${formatCount(rps, 'call')} per second: ${quota.queue === 0 ? refused : `the queue grows until ${refused}`}. Send less, or raise the limit.`,
      related: relatedTo(scope, 'quota.limits', 'objective.assume'),
    };
  },
};

/** A rate that grows more slowly than calls come. */
function* learnedBelowTraffic(scope: Scope): Iterable<Draft> {
  const start = learnedStart(scope);
  if (start === undefined) return;
  const {rps, perSecond, answerMs, isUsual, calls, waitMs, bound} = start;
  const {ms} = scope.words;
  const wait = bound === '' ? (calls === 1 ? 'waits' : 'wait') : 'would wait';
  yield {
    at: mostSpecific(scope, 'quota', 'quota.startPerSecond'),
    message: `The learned rate starts at ${formatCount(perSecond, 'request')} per second, and ${formatCount(rps, 'call')} per second come: until it has grown, about ${formatCount(calls, 'call')} ${wait}, for up to ${ms(waitMs)} (${isUsual ? 'if an answer takes' : 'an answer takes'} ${ms(answerMs)})${bound}. Set startPerSecond to what the server admits.`,
    ...(bound === '' && {severity: 'info'}),
    related: relatedTo(scope, 'objective.assume'),
    suggestions: [setting(scope, 'quota.startPerSecond', Math.ceil(rps))],
  };
}

const pacingWithoutQueue: FormerCheck = {
  formerly: 'RL221',
  confidence: 'medium',
  needs: ['breaker', 'concurrency', 'quota'],
  fields: ['breaker', 'breaker.queue', 'concurrency', 'concurrency.queue', 'quota', 'quota.queue'],
  reads: ['concurrency.min'],

  *check(scope): Iterable<Draft> {
    const {concurrency, quota} = scope.policy;
    if (waitingBreaker(scope.policy)?.queue === 0)
      yield refusing(scope, 'breaker.queue', 'the probes of an open breaker');
    // A queue in which no call may wait holds none.
    if (quota?.queue === 0 && quota.maxWaitMs !== 0) yield refusing(scope, 'quota.queue', 'the quota', 100_000);
    if (concurrency?.kind === 'adaptive' && concurrency.queue === 0)
      yield refusing(
        scope,
        'concurrency.queue',
        `the adaptive limit, which falls to ${leastConcurrency(concurrency)} if the server throttles,`,
      );
  },
};

const refusing = (scope: Scope, path: string, limit: string, usual = 10_000): Draft => ({
  at: path,
  message: `${path} is 0: an attempt beyond ${limit} fails at once instead of waiting in a queue. Set it to ${usual}, the default.`,
  fix: setting(scope, path, usual),
});

const queueBeyondDeadline: FormerCheck = {
  formerly: 'RL311',
  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.max', 'concurrency.queue'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, deadlineMs} = scope.policy;
    if (concurrency === null || deadlineMs === null || concurrency.queue === 0) return;
    const held = heldPlaceOf(scope);
    if (held === undefined || held.ms === 0) return;
    const {max, queue} = concurrency;
    const waitMs = lastWaitMs(queue, max, held.ms);
    if (waitMs + held.ms <= deadlineMs) return;
    const deadline = scope.words.ms(deadlineMs);
    const wait = `${queue === 1 ? 'The call' : `The last of ${queue} calls`} in the queue waits ${scope.words.ms(waitMs)} (${formatInFlight(scope, max, held)})`;
    const past =
      waitMs >= deadlineMs
        ? `longer than the deadline of ${deadline}`
        : `and the deadline of ${deadline} leaves ${scope.words.ms(deadlineMs - waitMs)} for its attempt`;
    const suggestedQueue = Math.max(0, Math.floor(((deadlineMs - held.ms) * max) / held.ms));
    yield {
      at: mostSpecific(scope, 'concurrency.queue', 'concurrency.max', 'deadlineMs'),
      message: `${wait}, ${past}. Shorten the queue.`,
      related: relatedTo(scope, 'deadlineMs', 'objective.assume.latencyMs'),
      suggestions: [setting(scope, 'concurrency.queue', suggestedQueue)],
    };
  },
};

const formatInFlight = (scope: Scope, max: number, held: HeldPlace): string =>
  `${max === 1 ? '1 in flight,' : `${max} in flight, each`} for ${formatHeldTime(scope, held)}`;

export const limitBelowTraffic: Rule = builtIn(
  'RL217',
  concurrencyBelowTraffic,
  quotaBelowTraffic,
  pacingWithoutQueue,
  queueBeyondDeadline,
);
