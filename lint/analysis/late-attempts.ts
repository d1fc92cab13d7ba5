/** Attempts that do not fit into the deadline, and what to do where they are about to be retried after a timeout. */

import {undisturbedMs} from '../../src/math/timeline.ts';
import {isNative} from '../dialects/native.ts';
import type {Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';
import {formatCuts} from './cut-attempts.ts';
import {heirsOf} from './heirs.ts';
import {isPredictable} from './prediction.ts';
import {mayHarm} from './repeat-risk.ts';
import {mayRepeat, mayRetry, paysForTimeouts, retriesOf, retriesTimeouts} from './retryability.ts';
import {isHopeless, neededMs, suggestionsToFit, waitsTooLong} from './suggested-values.ts';

export interface Lateness {
  /** What all attempts and their waits need. */
  readonly needMs: number;
  /** The same, if every response is throttled. */
  readonly throttledMs: number;
  /** The attempts would fit, but no retry is sent in the last moments before the deadline. */
  readonly isTooLate: boolean;
  /** Only throttled calls run out of time, and failing early then spares the server; or the last attempt has nine tenths of its time. */
  readonly isMinor: boolean;
}

/**
 * @param isRetried Whether a timeout is retried. Default: by the policy.
 * @returns undefined where all attempts fit, or a timeout is not retried.
 */
export function latenessOf(scope: Scope, isRetried: boolean = retriesTimeouts(scope)): Lateness | undefined {
  const {policy} = scope;
  const {deadlineMs, attemptTimeoutMs} = policy;
  if (deadlineMs === null || attemptTimeoutMs === null || attemptTimeoutMs >= deadlineMs) return undefined;
  const isKnown = isPredictable(scope) && !isHopeless(policy);
  if (!isRetried || (isKnown && !waitsTooLong(scope))) return undefined;
  const needMs = undisturbedMs(policy, retriesOf(policy) + 1, false);
  const throttledMs = neededMs(policy);
  const longestMs = Math.max(needMs, throttledMs);
  if (!Number.isFinite(longestMs)) return undefined;
  const isTooLate = isNative(scope.dialect) && needMs <= deadlineMs && formatCuts(scope, false) !== '';
  if (longestMs <= deadlineMs && !isTooLate) return undefined;
  const isMinor = isKnown || (needMs - attemptTimeoutMs / 10 <= deadlineMs && !isTooLate);
  return {needMs, throttledMs, isTooLate, isMinor};
}

/** What a suggestion reads, beside what its finding does. */
export const FIT_FIELDS: readonly string[] = 'attemptTimeoutMs backoff deadlineMs hedge objective paid'.split(' ');

/**
 * Suggests what leads to retries after timeouts. Where the attempts then do not fit into the deadline, it comes with a change by which they do.
 *
 * @returns Nothing where a repetition may do harm, or the attempts of another scope would not fit.
 */
export function retrying(scope: Scope, scopes: readonly Scope[], {title, changes}: FixDraft): FixDraft[] {
  if (mayHarm(scope, scopes)) return [];
  const late = heirsOf(scope, scopes, 'retryOn').filter(heir => {
    const isRetried = mayRepeat(heir) && mayRetry(heir) && !paysForTimeouts(heir.policy);
    return latenessOf(heir, isRetried)?.isMinor === false;
  });
  if (late.length === 0) return [{title, changes}];
  if (late.some(heir => heir !== scope)) return [];
  return suggestionsToFit(scope).map(each => ({
    title: `${title}, and ${each.title.replace('S', 's')}`,
    changes: [...changes, ...each.changes],
  }));
}
