/** The lines around a finding, with the place underlined. Credentials are hidden: reports end up in logs. */

import {withoutSecrets} from '../analysis/secrets.ts';
import type {Lines, Range} from '../source/lines.ts';
import {harmless} from './harmless.ts';
import type {Paint} from './paint.ts';

export interface FrameOptions {
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
  /** Lines shown before and after. */
  readonly context: number;
}

export function codeFrame(lines: Lines, {start, end}: Range, {paint, width, context}: FrameOptions): string[] {
  const first = Math.max(1, start.line - context);
  const last = Math.min(lines.count, start.line + context);
  const gutter = String(last).length;
  const room = Math.max(width - gutter - 5, 20);
  // A long line is shifted until the place is in sight.
  const marked = end.line === start.line ? end.column - start.column : 1;
  const shift = start.column - 1 + marked <= room ? 0 : Math.max(0, start.column - 1 - Math.floor(room / 3));
  const rows: string[] = [];
  for (let line = first; line <= last; line++) {
    const isMarked = line === start.line;
    const text = clip(harmless(withoutSecrets(lines.lineText(line))), shift, room);
    if (line === last && !isMarked && text.trim() === '') continue;
    const mark = isMarked ? paint('red', '>') : ' ';
    rows.push(`${mark} ${paint('dim', `${String(line).padStart(gutter)} │`)} ${text}`.trimEnd());
    if (isMarked) {
      const underline = '^'.repeat(Math.max(1, Math.min(marked, room - (start.column - 1 - shift))));
      rows.push(
        `  ${' '.repeat(gutter)} ${paint('dim', '│')} ${' '.repeat(start.column - 1 - shift)}${paint('red', underline)}`,
      );
    }
  }
  return rows;
}

function clip(text: string, shift: number, room: number): string {
  const head = shift > 0 ? `…${text.slice(shift + 1)}` : text;
  return head.length > room ? `${head.slice(0, room - 1)}…` : head;
}
