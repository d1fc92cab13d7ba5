/** A comment of JSON with comments. */

import type {Comment} from './tree.ts';

/** @param start Of its first slash. @param end Behind its last character, without the end of the line. */
export function commentIn(text: string, start: number, end: number): Comment {
  const isBlock = text[start + 1] === '*' && text.startsWith('*/', end - 2);
  let [from, to] = [start + 2, isBlock ? end - 2 : end];
  const mark = text[start + 1];
  while (from < to && text[from] === mark) from++;
  while (isBlock && to > from && text[to - 1] === '*') to--;
  return {span: {start, end}, text: text.slice(from, to).trim(), alone: isAlone(text, start)};
}

/** Whether only blanks come before a place on its line. Stops at the first other character: a line may have many comments. */
export function isAlone(text: string, start: number): boolean {
  let at = start - 1;
  while (at >= 0 && text[at] !== '\n' && text[at]!.trim() === '') at--;
  return at < 0 || text[at] === '\n';
}
