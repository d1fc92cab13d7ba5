/** Edits of a text by offsets. */

import type {Span} from '../source/tree.ts';

export interface TextEdit extends Span {
  readonly text: string;
}

/** @param edits Without overlap; insertions at one place go in as listed. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits
    .map((edit, index) => ({edit, index}))
    .sort((a, b) => a.edit.start - b.edit.start || a.index - b.index);
  let result = '';
  let at = 0;
  for (const {edit} of sorted) {
    result += text.slice(at, edit.start) + edit.text;
    at = Math.max(at, edit.end);
  }
  return result + text.slice(at);
}

/** The one edit that makes the second text of the first. Never splits a surrogate pair or a line end. */
export function editBetween(before: string, after: string): TextEdit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  while (start > 0 && isInside(before, after, start)) start--;
  let tail = 0;
  while (tail < shorter - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  while (tail > 0 && isInside(before, after, before.length - tail, after.length - tail)) tail--;
  return {start, end: before.length - tail, text: after.slice(start, after.length - tail)};
}

function isInside(before: string, after: string, at: number, atAfter = at): boolean {
  const splits = (text: string, index: number): boolean =>
    /^(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|\r\n)$/.test(text.slice(index - 1, index + 1));
  return splits(before, at) || splits(after, atAfter);
}
