/** Tables of docs/server.md, for tests that run them row by row. */
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const page = readFileSync(fileURLToPath(new URL('../../docs/server.md', import.meta.url)), 'utf8');

/**
 * The rows of the table under a heading, without its head, cell by cell.
 *
 * @throws Error if there is no such heading, or no table under it.
 */
export function documentedTable(heading: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex(line => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`docs/server.md has no heading ${JSON.stringify(heading)}.`);
  const from = lines.findIndex((line, at) => at > start && line.startsWith('|'));
  const next = lines.findIndex((line, at) => at > start && /^#+ /.test(line));
  if (from < 0 || (next >= 0 && from > next)) throw new Error(`There is no table under ${JSON.stringify(heading)}.`);
  const to = lines.findIndex((line, at) => at > from && !line.startsWith('|'));
  return lines.slice(from + 2, to).map(line =>
    line
      .slice(1, -1)
      .split('|')
      .map(cell => cell.trim()),
  );
}
