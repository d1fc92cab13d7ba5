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

/** One edit for several, the text between them included. */
export function joinEdits(text: string, edits: readonly TextEdit[]): TextEdit {
  const start = Math.min(...edits.map(edit => edit.start));
  const end = Math.max(...edits.map(edit => edit.end));
  const moved = edits.map(edit => ({...edit, start: edit.start - start, end: edit.end - start}));
  return {start, end, text: applyEdits(text.slice(start, end), moved)};
}
