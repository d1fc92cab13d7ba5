/** The effect of a redirect on an outcome: the last request says nothing about the one that was redirected. */
import {type Classification, changed} from './classification.ts';

/** Whether a redirect was followed before an outcome. `unknown`: the transport cannot know. */
export type Redirected = 'no' | 'yes' | 'unknown';

/**
 * The same classification for the request that was redirected: the server may have acted, and worked, before it answered with the redirect.
 *
 * @param mayRepeat The call may be repeated in any case, so `unknown` changes nothing.
 */
export function afterRedirect(found: Classification, redirected: Redirected, mayRepeat: boolean): Classification {
  if (redirected === 'no' || (redirected === 'unknown' && mayRepeat)) return found;
  const reason = found.reason + (found.transient ? `${redirected === 'yes' ? '' : ' perhaps'} after a redirect` : '');
  return changed(found, {sent: 'maybe-processed', unpaid: false, reason});
}
