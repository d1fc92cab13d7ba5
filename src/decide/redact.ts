/**
 * Removes secrets from URLs and messages before they reach a span, an event or a log line.
 *
 * Every query value is replaced: a list of names that look secret is never complete. A policy's `queryAllowList` names the
 * parameters whose values may be shown.
 */
import {looksSecret} from './secret-name.ts';

const REDACTED = 'REDACTED';
/** A word, without what closes a quotation. Other quotes and brackets end none: rather lose one than show what follows it. */
const WORD = /\S+?(?=["`>]?,?(?:\s|$))/g;
/** In a URL, be it absolute or only a path with a query. */
const MAYBE_URL = /[\\/:=]/;
/** Browsers and Node take backslashes for slashes and add missing ones, so `https:user:pw@host` has a password too. */
const USERINFO = /^(\s*(?:[a-z][a-z0-9+.-]*:[\\/]*|[\\/]{2,}))[^\\/]*@/i;
/** The same for a URL in a text, in JSON, or inside the path, as proxies and archives use it. */
const NESTED_USERINFO = /([\\/]{2})[^\\/]*@/g;
/** No parameter is shown. */
const NONE: ReadonlySet<string> = new Set();

/**
 * `https://user:pw@host/a?q=x#f` becomes `https://REDACTED:REDACTED@host/a?q=REDACTED`.
 *
 * @param shown Names of query parameters whose values stay, unless name or value looks like a secret.
 */
export function redactUrl(url: string, shown: ReadonlySet<string> = NONE): string {
  // Most URLs carry none of these, and parsing is what costs.
  if (!/[@?#]/.test(url)) return url;
  // Up to the query, and the query; not the fragment.
  const [, base = '', query] = /^([^?#]*)(?:\?([^#]*))?/.exec(url)!;
  const hidden = `$1${REDACTED}:${REDACTED}@`;
  const place = base.replace(USERINFO, hidden).replace(NESTED_USERINFO, hidden);
  if (query === undefined) return place;
  const pairs = query.split('&').map(pair => redactPair(pair, shown));
  return `${place}?${pairs.join('&')}`;
}

/** Any text: every URL in it is redacted. */
export function redactText(text: string): string {
  return text.replace(WORD, word => (MAYBE_URL.test(word) ? redactUrl(word) : word));
}

function redactPair(pair: string, shown: ReadonlySet<string>): string {
  if (pair === '') return '';
  const equals = pair.indexOf('=');
  const key = pair.slice(0, equals);
  const name = decode(key);
  // A value without a name, or a URL where a name should be.
  if (equals < 0 || MORE_IN_NAME.test(name)) return REDACTED;
  const value = decode(pair.slice(equals + 1));
  const isShown = shown.has(name) && ![name, value].some(looksSecret) && !MORE_IN_VALUE.test(value);
  return isShown ? pair : `${key}=${REDACTED}`;
}

/** More pairs, which some servers decode once more or take a semicolon for; or a URL, which has a user and a query of its own. */
const MORE_IN_NAME = /[;&]|\/\//;
/** The same in a value, where each `=` may belong to another pair, and `%` to what is decoded once more; JSON, or how tokens begin. */
const MORE_IN_VALUE = /[;&=?#%{]|\/\/|^(?:eyJ|gh._|.k[-_]|xox|AKIA)/;

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).trim();
  } catch {
    return text;
  }
}
