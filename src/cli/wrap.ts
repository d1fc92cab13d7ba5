/** Breaks text into lines for a terminal. */

/** The width that every output of the command line fits into. */
export const WIDTH = 80;

/** Breaks at spaces. A word that is longer than the width is cut. */
export function wrap(text: string, width: number = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').map(each => (each.length > width ? `${each.slice(0, width - 3)}...` : each))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
