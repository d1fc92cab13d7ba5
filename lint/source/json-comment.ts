/** A comment of JSON with comments. */

import type {Comment} from './tree.ts';

/** @param start Of its first slash. @param end Behind its last character, without the end of the line. */
export function commentIn(text: string, start: number, end: number): Comment {
  const inside = text
    .slice(start, end)
    .replace(/^\/[/*]+/, '')
    .replace(/\**\/$/, '');
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return {span: {start, end}, text: inside.trim(), alone: before.trim() === ''};
}
