/** Takes secrets out of URLs and messages before anyone may see them in a span, an event or a log line. */

/** Query keys that semantic conventions redact; case-sensitive. */
const SIGNATURE_KEYS = new Set([
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Goog-Signature',
]);
/** Ours; in any case. */
const SECRET_KEYS = new Set([
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'auth',
  'authorization',
  'api_key',
  'api-key',
  'apikey',
  'key',
  'code',
  'password',
  'passwd',
  'secret',
  'client_secret',
  'signature',
  'session',
  'sessionid',
]);
const REDACTED = 'REDACTED';
const URL_IN_TEXT = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi;

/** `https://user:pw@host/a?token=x#f` becomes `https://REDACTED:REDACTED@host/a?token=REDACTED`. */
export function redactUrl(url: string): string {
  // Most URLs carry none of these, and parsing is what costs.
  if (!/[@?#]/.test(url)) return url;
  const [base, query] = split(withoutFragment(url));
  const place = base.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, `$1${REDACTED}:${REDACTED}@`);
  return query === null ? place : `${place}?${query.split('&').map(redactPair).join('&')}`;
}

/** Any text: every URL in it is redacted. */
export function redactText(text: string): string {
  return text.replace(URL_IN_TEXT, redactUrl);
}

function redactPair(pair: string): string {
  const at = pair.indexOf('=');
  if (at < 0) return pair;
  const key = decode(pair.slice(0, at));
  return SIGNATURE_KEYS.has(key) || SECRET_KEYS.has(key.toLowerCase()) ? `${pair.slice(0, at)}=${REDACTED}` : pair;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).trim();
  } catch {
    return text;
  }
}

function withoutFragment(url: string): string {
  const at = url.indexOf('#');
  return at < 0 ? url : url.slice(0, at);
}

function split(url: string): [string, string | null] {
  const at = url.indexOf('?');
  return at < 0 ? [url, null] : [url.slice(0, at), url.slice(at + 1)];
}
