/** Text in columns: numbers to the right, words to the left, two spaces between. */

export type Align = 'left' | 'right';

/** Rows of cells as lines of equal columns. No line ends in a space. */
export function columns(rows: readonly (readonly string[])[], align: readonly Align[]): readonly string[] {
  const widths = align.map((_, column) => Math.max(0, ...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return align[column] === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

export const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;
