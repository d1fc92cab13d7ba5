/** Sections of docs/reliability.md that programs write. What stands around them is written by hand, and stays. */
import {readFileSync, writeFileSync} from 'node:fs';

const page = new URL('../docs/reliability.md', import.meta.url);

/** @param command What a reader runs to write it anew: `npm run soak`. */
export function writeSection(command: string, lines: readonly string[]): void {
  const start = `<!-- Written by \`${command}\`; do not edit up to its end. -->`;
  const end = `<!-- End of \`${command}\`. -->`;
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place for ${command}: no ${start}`);
  writeFileSync(page, [text.slice(0, from) + start, '', ...lines, '', text.slice(to)].join('\n'));
}
