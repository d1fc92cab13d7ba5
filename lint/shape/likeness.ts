/**
 * How surely a misspelt name means the known name that is closest to it. Closest is not enough to change a file: `attemptTimeoutS` is one
 * letter from `attemptTimeoutMs`, and a thousand times as long.
 */

import {editDistance} from '../../src/policy/suggestions.ts';

/**
 * - same: the spelling differs in case, hyphens or underscores, or by one slip inside a word that carries no unit, bound or quantile.
 * - likely: two slips, or one that may make another word, but the same units, bounds and quantiles.
 * - other: another unit, bound, quantile, digit or switch, a word more or less, or a field that is commented out.
 */
export type Likeness = 'same' | 'likely' | 'other';

export function likenessOf(key: string, known: string): Likeness {
  if (nameInNote(key) !== undefined) return 'other';
  const [wrong, right] = [normalise(key), normalise(known)];
  if (wrong === right) return 'same';
  const words = wordsOf(known);
  if (!carriesTheSame(wordsOf(key), wrong, words) || isOneWordMore(wrong, right)) return 'other';
  if (isOneSlip(wrong, right, words)) return wordsOf(key).some(word => OTHER_WORDS.has(word)) ? 'likely' : 'same';
  return editDistance(wrong, right) <= MOST_SLIPS ? 'likely' : 'other';
}

/**
 * The name in a key that marks a note or a field that is commented out, as is usual where a format has no comments: `breaker` of `_breaker`,
 * `hedge_` and `x_hedge`.
 *
 * @returns Undefined for a key without a mark.
 */
export function nameInNote(key: string): string | undefined {
  const [, before = '', name = '', after = ''] = /^((?:x[-_]|[^\p{L}\p{N}])*)(.*?)([^\p{L}\p{N}]*)$/isu.exec(key) ?? [];
  return name === '' || before.trim() + after.trim() === '' ? undefined : name;
}

/**
 * Milliseconds for a field that was named with seconds: `attemptTimeoutS: 30` is `attemptTimeoutMs: 30000`.
 *
 * @returns Undefined if the name has another unit or another stem, or if the value is no number.
 */
export function inMilliseconds(key: string, known: string, value: unknown): number | undefined {
  if (nameInNote(key) !== undefined) return undefined;
  const stem = /^(.+)Ms$/.exec(known)?.[1];
  const named = /^(.+?)(?:s|secs?|seconds?)$/.exec(normalise(key))?.[1];
  if (stem === undefined || named !== normalise(stem) || typeof value !== 'number') return undefined;
  const ms = Math.round(value * 1000);
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : undefined;
}

const MOST_SLIPS = 2;

/** One slip from a word of a known name, and a word of its own: sharded keys are not shared, and a reply is not a replay. */
const OTHER_WORDS: ReadonlySet<string> = new Set([
  'shard',
  'sharded',
  'spared',
  'reply',
  'relay',
  'reader',
  'steam',
  'edge',
]);

const normalise = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, '');

/** In lower case: `maxWaitMs` is max, wait and ms; `p50` is one word. */
const wordsOf = (name: string): string[] =>
  (name.match(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g) ?? []).map(word => word.toLowerCase());

/** Words that say what a number counts, which bound it is, or whether something is on. */
const CARRIES =
  /^(?:\d*|p?\d+|n|u|m|h|s|sec|secs|seconds?|ms|millis|milliseconds?|us|micros|microseconds?|ns|nanos|nanoseconds?|mins|minutes?|hrs?|hours?|days?|b|kb|mb|gb|kib|mib|bytes?|bits?|chars?|tokens?|per|rps|rpm|ratio|rate|percent|pct|share|count|quantile|quartile|percentile|mean|avg|median|min|max|minimum|maximum|least|most|first|last|before|after|on|off|to|from|in|out|no|non|not|un|dis|disabled?|enabled?|without|with|only|except)$/;

const carries = (word: string): boolean => CARRIES.test(word) || /\d/.test(word);

/** Whether the name has each word of the known one that carries something, and no other such word. */
function carriesTheSame(words: readonly string[], name: string, known: readonly string[]): boolean {
  const expected = known.filter(carries);
  if (words.some(word => carries(word) && !expected.includes(word))) return false;
  const [first = '', last = ''] = [known[0], known.at(-1)];
  return (
    expected.every(word => name.includes(word)) &&
    (!carries(first) || name.startsWith(first)) &&
    (!carries(last) || name.endsWith(last))
  );
}

/** `unpaid` is not `paid`, and `totalDeadlineMs` not `deadlineMs`: letters before or after a name are a word. */
function isOneWordMore(wrong: string, right: string): boolean {
  const [short, long] = wrong.length < right.length ? [wrong, right] : [right, wrong];
  return long.length - short.length > 1 && (long.startsWith(short) || long.endsWith(short));
}

/** A shorter word may become another word by one letter. */
const LEAST_LETTERS = 5;
const LEAST_LETTERS_OF_SWAP = 4;

/** One letter more, less or other, or two neighbors in the wrong order, inside of a word that carries nothing. */
function isOneSlip(wrong: string, right: string, words: readonly string[]): boolean {
  const start = commonPrefix(wrong, right);
  const rest = commonSuffix(wrong.slice(start), right.slice(start));
  const [cut, missing] = [wrong.slice(start, wrong.length - rest), right.slice(start, right.length - rest)];
  const isSwap = cut.length === 2 && missing.length === 2 && cut[0] === missing[1] && cut[1] === missing[0];
  if (isSwap) return isWithin(words, start, start + 2, LEAST_LETTERS_OF_SWAP);
  if (cut.length > 1 || missing.length > 1) return false;
  const end = start + missing.length;
  // Either one of two equal letters may be missing.
  const isDoubled = missing !== '' && cut === '' && right[start - 1] === missing;
  return isWithin(words, start - 1, end + (isDoubled ? 0 : 1), LEAST_LETTERS);
}

/** Whether letters of the known name are all of one word that carries nothing and is long enough. */
function isWithin(words: readonly string[], from: number, to: number, least: number): boolean {
  let start = 0;
  for (const word of words) {
    const end = start + word.length;
    if (from >= start && to <= end) return word.length >= least && !carries(word);
    start = end;
  }
  return false;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function commonSuffix(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
