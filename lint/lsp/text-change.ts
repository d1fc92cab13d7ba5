/** The difference between two texts, as one change: all that is between their common beginning and their common end. */

import type {TextEdit} from '../edit/text-edit.ts';

export function changeBetween(before: string, after: string): TextEdit {
  const start = commonStart(before, after);
  const rest = commonEnd(before, after, start);
  return {start, end: before.length - rest, text: after.slice(start, after.length - rest)};
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** @param start Units at the beginning that do not count. */
function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let count = 0;
  while (count < most && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)) count++;
  return count;
}
