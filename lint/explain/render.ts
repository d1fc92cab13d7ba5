/** Renders explanations as plain text for a terminal and as Markdown for a page or a hover. */

import type {Block, Explanation} from './blocks.ts';

/**
 * Renders explanations as plain text for a terminal.
 *
 * @param explanations The explanations, in order.
 * @param width        Column at which text wraps. Tables do not wrap. Default: 100.
 */
export function renderText(explanations: readonly Explanation[], width = 100): string {
  return explanations
    .map(({title, blocks}) =>
      [`${title[0]!.toUpperCase()}${title.slice(1)}:`, ...blocks.map(block => blockText(block, width))].join('\n\n'),
    )
    .join('\n\n');
}

/** Renders explanations as Markdown, for a page or a hover. */
export const renderMarkdown = (explanations: readonly Explanation[]): string =>
  explanations
    .flatMap(({title, blocks}) => [...(explanations.length > 1 ? [`**${title}**`] : []), ...blocks.map(blockMarkdown)])
    .join('\n\n');

function blockText(block: Block, width: number): string {
  if (block.kind === 'text') return wrap(block.text, width);
  const {head, rows} = block;
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map(row => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumeric(rows, column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('   ')
      .trimEnd();
  return [head, ...rows].map(row => `  ${line(row)}`).join('\n');
}

/** Columns of numbers are right-aligned. */
const isNumeric = (rows: readonly (readonly string[])[], column: number): boolean =>
  rows.every(row =>
    /^(?:[\d.,]+(?: to [\d.]+)?(?: (?:ms|%))?(?: \([\d.]+ (?:minute|hour)s?\))?|\u2026|\d+ more|unlimited|never|no end)?$/.test(
      row[column] ?? '',
    ),
  ) && rows.some(row => /\d/.test(row[column] ?? ''));

function wrap(text: string, width: number): string {
  const rows: string[] = [];
  for (const word of text.split(' ')) {
    const last = rows.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) rows.push(`  ${word}`);
    else rows[rows.length - 1] = `${last} ${word}`;
  }
  return rows.join('\n');
}

function blockMarkdown(block: Block): string {
  if (block.kind === 'text') return block.text;
  const {head, rows} = block;
  const row = (cells: readonly string[]): string =>
    `| ${head.map((_, column) => (cells[column] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, column) => (isNumeric(rows, column) ? '---:' : '---'));
  return [row(head), row(rule), ...rows.map(row)].join('\n');
}
