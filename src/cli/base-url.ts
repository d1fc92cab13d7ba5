/** The value of `--url`: where the requests of a file go. */
import {redactUrl} from '../decide/redact.ts';
import {UsageError} from './usage-error.ts';

/**
 * @returns Without a slash at its end.
 * @throws UsageError
 */
export function readBaseUrl(text: string): URL {
  const url = readUrl(text, '--url');
  if (url.search !== '' || url.hash !== '') throw new UsageError('--url must not have a query or a fragment.');
  url.pathname = url.pathname.replace(/(?<!\/)\/+$/, '');
  return url;
}

/**
 * @param name What holds the URL, for messages.
 * @throws UsageError, which repeats neither a password nor a value of the query.
 */
export function readUrl(text: string, name: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${name} must be an http or https URL, got ${JSON.stringify(redactUrl(text))}.`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${name} must not hold a password: it goes into --header.`);
  return url;
}
