/** Tables of Markdown. */

/** @param texts So many columns are text; numbers of the others are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], texts: number): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_cell, index) => (index < texts ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
