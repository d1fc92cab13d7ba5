/** Where a request went, as far as it may be shown: no query values, no credentials, no tokens, cards and mail addresses in the path, no control characters. */
import {redactUrl} from '../decide/redact.ts';

/** Longer targets are cut. */
const LONGEST = 200;
const OPAQUE = '*';
/** As vendors begin their tokens. */
const TOKEN = /^(?:sk|pk|rk|ghp|gho|xox[abp]|eyJ|AKIA|bearer|token|secret|key)[-_.:]?[A-Za-z0-9]*\d/i;

/** `sk_live_…` of Stripe, whatever follows. */
const LIVE_KEY = /^(?:sk|pk|rk|whsec)_(?:live_|test_)?\w{6}/i;
/** As long as the number of a card. */
const CARD = /^\d(?:[ -]?\d){12,18}$/;
const MAIL = /[^@/](?:@|%40)[\w-][\w.-]{0,252}\.[A-Za-z]{2,24}$/i;

/** In characters: a mail address, and what may be encoded. */
const SHORTEST_SECRET = 6;
const SHORTEST_WORD = 12;

/** @param shown Names of query parameters whose values may be shown. */
export function shownTarget(target: string, shown: ReadonlySet<string>): string {
  const url = redactUrl(target.slice(0, 4096), shown);
  const query = url.indexOf('?');
  const [place, rest] = query < 0 ? [url, ''] : [url.slice(0, query), url.slice(query)];
  const start = place.indexOf('://') < 0 ? 0 : place.indexOf('/', place.indexOf('://') + 3);
  const path = start < 0 ? '' : place.slice(start);
  const shownPath = path.split('/').map(segment => (isOpaque(segment) ? OPAQUE : segment));
  return plain(`${start < 0 ? place : place.slice(0, start)}${shownPath.join('/')}${rest}`);
}

/** A part of a path that may be a secret: long and mixed, or encoded. Identifiers of that kind are hidden with it. */
function isOpaque(segment: string): boolean {
  if (segment.length > 64 || TOKEN.test(segment)) return true;
  if (segment.length < SHORTEST_SECRET) return false;
  if (LIVE_KEY.test(segment) || MAIL.test(segment) || CARD.test(segment.replaceAll('%20', ' '))) return true;
  if (segment.length >= 8 && /[a-z]/.test(segment) && /[A-Z]/.test(segment) && /\d/.test(segment)) return true;
  if (segment.length < SHORTEST_WORD) return false;
  return segment
    .split(/[-_.~:@,;=%]/)
    .some(
      word =>
        word.length >= 20 ||
        (word.length >= SHORTEST_WORD && /\d/.test(word) && /[A-Za-z]/.test(word)) ||
        (/^[0-9a-f]{8}$/.test(word) && segment.length === 36),
    );
}

/** The same for causes in a summary: without a query, and with `*` for everything that looks like an id. */
export function targetGroup(shown: string): string {
  return shown.split('?', 1)[0]!.replaceAll(/\/(?=[^/]*\d)(?!v\d+(?:\/|$))[^/.:]+(?=\/|$)/g, '/*');
}

/** Printable ASCII only: nothing in a log moves the cursor of a terminal. */
export function plain(text: string): string {
  const short = text.slice(0, LONGEST);
  return /^[ -~]*$/.test(short)
    ? short
    : Array.from(short, character => (isPrintable(character) ? character : '?')).join('');
}

const isPrintable = (character: string): boolean => character >= ' ' && character <= '~';
