import {type OpenTimeBreaker, tripRule} from '../../src/policy/trip-rule.ts';
import type {AdaptiveBreaker, RatioBreaker} from '../../src/policy/types.ts';
import {formatNumber, formatShare} from '../analysis/format.ts';
import {isRare} from '../analysis/rare-calls.ts';
import {relatedTo} from '../analysis/related.ts';
import {assign, setting, settingAll} from '../analysis/setting.ts';
import {isDefault, isSetHere, isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const flappingBreaker: Rule = builtIn('RL213', {
  needs: ['breaker'],
  fields: ['breaker'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'endpoints', 'objective'],

  *check(scope): Iterable<Draft> {
    const {breaker, attemptTimeoutMs} = scope.policy;
    if (breaker === null) return;
    // An adaptive breaker learns how many failures are ordinary.
    if (breaker.kind === 'adaptive') return yield* rareProbes(scope, breaker);
    const leastMs = Math.min(SECOND, OPEN_ATTEMPTS * (attemptTimeoutMs ?? SECOND));
    if (breaker.openMs < leastMs) {
      yield {
        at: 'breaker.openMs',
        message: `The breaker opens for ${scope.words.ms(breaker.openMs)} only, so it opens and closes several times per second. A server needs at least ${scope.words.ms(leastMs)} to recover: raise ${scope.words.key('breaker.openMs')}.`,
        fix: byDefault(scope, breaker),
      };
    }
    if (!isRare(scope)) yield* tooLong(scope, breaker);
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
/** A server whose attempts end in milliseconds, such as a cache, recovers in less than a second: in the time of as many attempts. */
const OPEN_ATTEMPTS = 10;
const LONG_MS = 300_000;
/** The time doubles only while probes fail, so at most the outage is doubled. */
const LONGEST_MS = 3_600_000;

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
  const which = isAlways
    ? 'are assumed'
    : `are assumed, and by chance ${formatShare(Math.min(most, 1))} of ${formatNumber(held)} attempts fail`;
  yield {
    at: mostSpecific(scope, 'breaker.failureRatio', 'objective.assume.failureRatio'),
    message: `The breaker opens in ordinary traffic: it needs ${formatShare(breaker.failureRatio)} failures, and ${formatShare(share)} ${which}. Raise ${scope.words.key('breaker.failureRatio')}.`,
    ...(isAlways ? {severity: 'error'} : {}),
    related: relatedTo(scope, 'objective.assume.failureRatio'),
  };
}

function* tooLong(scope: Scope, breaker: OpenTimeBreaker): Iterable<Draft> {
  const {openMs, maxOpenMs} = breaker;
  const longMs = scope.words.ms(LONG_MS);
  if (openMs > LONG_MS) {
    yield {
      at: 'breaker.openMs',
      message: `The breaker stays open for ${scope.words.ms(openMs)}, even if the server recovers after a minute. The limit is ${longMs}: lower ${scope.words.key('breaker.openMs')}.`,
      fix: byDefault(scope, breaker),
    };
  } else if (maxOpenMs !== null && maxOpenMs > LONG_MS && isSure(scope, 'breaker.openMs')) {
    yield {
      at: 'breaker.maxOpenMs',
      message: `The open time doubles up to ${scope.words.ms(maxOpenMs)}, even if the server has recovered. The limit is ${longMs}: lower ${scope.words.key('breaker.maxOpenMs')}.`,
      ...(maxOpenMs < LONGEST_MS && {severity: 'info'}),
      fix: setting(scope, 'breaker.maxOpenMs', null),
    };
  } else yield* failingAtOnce(scope, breaker);
}

/** The end of an outage is noticed by a probe. The time between two grows to an eighth of the outage, whatever the maximum is. */
function* rareProbes(scope: Scope, {minProbeMs}: AdaptiveBreaker): Iterable<Draft> {
  const {deadlineMs, endpoints} = scope.policy;
  const isLong = minProbeMs > LONG_MS;
  const isOpen = endpoints === null && minProbeMs > Math.max(deadlineMs ?? Infinity, OPEN_MS);
  if (isRare(scope) || !(isLong || isOpen)) return;
  yield {
    at: 'breaker.minProbeMs',
    message: `Once open, the breaker sends a probe every ${scope.words.ms(minProbeMs)}, and calls fail until one succeeds, even if the server recovers after a second. Lower ${scope.words.key('breaker.minProbeMs')}.`,
    ...(!isLong && {severity: 'info'}),
    fix: setting(scope, 'breaker.minProbeMs', 100),
  };
}

/** Calls that would have been answered, had they waited for the end of an outage. */
function* failingAtOnce(scope: Scope, {kind, openMs, probes, scope: shared}: OpenTimeBreaker): Iterable<Draft> {
  const {deadlineMs, endpoints} = scope.policy;
  const callMs = deadlineMs ?? Infinity;
  const isLong = openMs > Math.max(callMs, OPEN_MS) && isSetHere(scope, 'breaker.openMs');
  const isNamed = callMs >= WAITING_MS && isSetHere(scope, 'breaker.kind');
  // Calls with endpoints go on to another one.
  if (endpoints !== null || probes === 0 || !(isLong || isNamed)) return;
  yield {
    at: isLong ? 'breaker.openMs' : 'breaker.kind',
    message: `Every call fails for up to ${scope.words.ms(openMs)} after an outage${isLong ? `, longer than a call lasts (${scope.words.ms(callMs)})` : ''}. With defaults, in the scenario "outage", kind "${kind}" answers ${ANSWERED[kind]} % of the calls, no breaker ${ANSWERED.none} %, and kind "adaptive", whose calls wait, ${ANSWERED.adaptive} %. Kind "adaptive" needs no useFixedBreakers().`,
    severity: 'info',
    suggestions: [assign('Use kind "adaptive"', 'breaker', {kind: 'adaptive', scope: shared})],
  };
}

const OPEN_MS = 5000;
/** A call of so long answers more by waiting. */
const WAITING_MS = 3000;
/** By the simulator, each kind with its defaults. */
const ANSWERED = {adaptive: 79.2, ratio: 73.6, consecutive: 76.6, none: 77.6} as const;

/** Sets the default open time, and raises a maximum below it. */
function byDefault(scope: Scope, {maxOpenMs}: OpenTimeBreaker): FixDraft {
  const most = maxOpenMs !== null && maxOpenMs < OPEN_MS ? [{path: 'breaker.maxOpenMs', ms: 60_000}] : [];
  return settingAll(scope, [{path: 'breaker.openMs', ms: OPEN_MS}, ...most]);
}
