/** Whether a fetch followed a redirect before it ended. */
import type {Outcome} from '../core/outcome.ts';
import type {Redirected} from '../decide/redirected.ts';
import {failedAfterRedirect} from './failed-requests.ts';

/** The request that was sent, by its properties in fetch. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly redirect: RequestRedirect | undefined;
}

export function fetchRedirected(
  {response, error}: Outcome<Response>,
  {method, url, redirect}: SentRequest,
): Redirected {
  if (redirect === 'error' || redirect === 'manual') return 'no';
  if (response === null) return failedAfterRedirect(error, method, url);
  // Some Responses have no such property, such as a polyfill's.
  const {redirected} = response as {redirected?: unknown};
  if (typeof redirected !== 'boolean') return 'unknown';
  return redirected ? 'yes' : 'no';
}
