/** Breaks text into lines for a terminal. */

/** The width that every output of the command line fits into. */
export const WIDTH = 80;

export interface Layout {
  /** Begins the first line. Default: nothing. */
  readonly first?: string;
  /** Begins the other lines. Default: as the first line. */
  readonly rest?: string;
  /** The longest line, its beginning included. Default: `WIDTH`. */
  readonly width?: number;
}

/** Breaks at spaces. A word that is longer than a line, such as a URL, goes on in the next one. */
export function wrap(text: string, {first = '', rest = first, width = WIDTH}: Layout = {}): string[] {
  const room = width - Math.max(first.length, rest.length);
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ').flatMap(word => pieces(word, room))) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

const pieces = (word: string, room: number): string[] =>
  word.length <= room ? [word] : [word.slice(0, room), ...pieces(word.slice(room), room)];
