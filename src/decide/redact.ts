/** Takes secrets out of URLs and messages before anyone may see them in a span, an event or a log line. */

/** Query keys that semantic conventions redact; case-sensitive. */
const SIGNATURE_KEYS = new Set([
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'AWSAccessKeyId',
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
/**
 * From the last letter of its scheme on: there is nothing secret before. A URL may hold a single quote, so a quote ends none:
 * rather lose one that closes than show what follows it.
 */
const URL_IN_TEXT = /[a-z][0-9+.-]*:\/\/[^\s"<>`]+/gi;
/** Browsers and Node take backslashes for slashes and add missing ones, so `https:user:pw@host` has a password too. */
const USERINFO = /^(\s*(?:[a-z][a-z0-9+.-]*:[\\/]*|[\\/]{2,}))[^\\/]*@/i;
/** The same of a URL within the path: proxies and archives are asked so. */
const NESTED_USERINFO = /(:\/\/)[^\\/]*@/g;
/** A key inside a pair: some servers take a semicolon for an ampersand. */
const KEY = /(?:^|;)([^=;]*)=/g;

/** `https://user:pw@host/a?token=x#f` becomes `https://REDACTED:REDACTED@host/a?token=REDACTED`. */
export function redactUrl(url: string): string {
  // Most URLs carry none of these, and parsing is what costs.
  if (!/[@?#]/.test(url)) return url;
  const [base, query] = split(withoutFragment(url));
  const hidden = `$1${REDACTED}:${REDACTED}@`;
  const place = base.replace(USERINFO, hidden).replace(NESTED_USERINFO, hidden);
  return query === null ? place : `${place}?${query.split('&').map(redactPair).join('&')}`;
}

/** Any text: every URL in it is redacted. */
export function redactText(text: string): string {
  return text.replace(URL_IN_TEXT, redactUrl);
}

function redactPair(pair: string): string {
  for (const {0: found, 1: key, index} of pair.matchAll(KEY))
    if (isSecret(decode(key!))) return pair.slice(0, index + found.length) + REDACTED;
  if (!mayHideSecrets(decode(pair))) return pair;
  const key = pair.slice(0, pair.indexOf('=') + 1);
  return decode(key).includes('//') ? REDACTED : key + REDACTED;
}

const isSecret = (key: string): boolean => SIGNATURE_KEYS.has(key) || SECRET_KEYS.has(key.toLowerCase());

/** A URL inside the URL, with a user or a query of its own. */
function mayHideSecrets(value: string): boolean {
  const at = value.indexOf('//');
  return at >= 0 && /[@?#]/.test(value.slice(at));
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
