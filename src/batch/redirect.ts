/** Redirects that were not followed: the server sent the request elsewhere, so there is no result. */
import {redactUrl} from '../decide/redact.ts';
import type {Answer} from '../transport/answer.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export class RedirectError extends Error {
  override readonly name = 'RedirectError';
  /** The status. */
  readonly code: string;
  readonly answer: Answer;

  constructor(answer: Answer, location: string, url: string) {
    super(`${answer.status} redirects to ${shownLocation(location, url)}, and a batch follows no redirects`);
    this.code = String(answer.status);
    this.answer = answer;
  }
}

export const isRedirect = (status: number): boolean => REDIRECTS.has(status);

/** @param url The target of the item, for responses that do not say where they come from. */
export function redirectOf(answer: Answer, url: string): RedirectError | undefined {
  if (!isRedirect(answer.status)) return undefined;
  const location = answer.headers.get('location');
  if (location === null) return undefined;
  const {url: sentTo} = Object(answer.origin) as {url?: unknown};
  return new RedirectError(answer, location, typeof sentTo === 'string' && sentTo !== '' ? sentTo : url);
}

function shownLocation(location: string, url: string): string {
  const target = URL.parse(location, url);
  return target === null ? 'an invalid address' : redactUrl(target.href);
}
