/** Parts of README.md that the landing page shows too: tests hold them to what the programs do. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {marked, type Tokens} from 'marked';
import {siteLink} from '../links.ts';
import {root} from '../pages.ts';
import {base} from '../site.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The tokens below a heading of the second level, up to the next. */
function sectionOf(title: string): readonly Tokens.Generic[] {
  const tokens: readonly Tokens.Generic[] = marked.lexer(readme);
  const start = tokens.findIndex(({type, depth, text}) => type === 'heading' && depth === 2 && text === title);
  if (start < 0) throw new Error(`README.md has no section "${title}".`);
  const length = tokens.slice(start + 1).findIndex(({type, depth}) => type === 'heading' && depth <= 2);
  return tokens.slice(start + 1, length < 0 ? undefined : start + 1 + length);
}

export interface Table {
  readonly head: readonly string[];
  /** Inline Markdown. */
  readonly rows: readonly (readonly string[])[];
}

export function tableOf(title: string): Table {
  const table = sectionOf(title).find(({type}) => type === 'table') as Tokens.Table | undefined;
  if (table === undefined) throw new Error(`"${title}" of README.md has no table.`);
  return {head: table.header.map(({text}) => text), rows: table.rows.map(row => row.map(({text}) => text))};
}

/** The items of the list, as inline Markdown. */
export function listOf(title: string): readonly string[] {
  const list = sectionOf(title).find(({type}) => type === 'list') as Tokens.List | undefined;
  if (list === undefined) throw new Error(`"${title}" of README.md has no list.`);
  return list.items.map(({text}) => text);
}

/** What a terminal shows. */
export function terminalOf(title: string): string {
  const block = sectionOf(title).find(({type, lang}) => type === 'code' && lang === 'console');
  if (block === undefined) throw new Error(`"${title}" of README.md shows no terminal.`);
  return block.text;
}

/** HTML, with links of this site. */
export const inline = (markdown: string): string =>
  (marked.parseInline(markdown) as string).replaceAll(/href="([^"]*)"/g, (_, href: string) => {
    const link = siteLink(href, 'README.md');
    return `href="${link.startsWith('/') ? base + link.slice(1).replace(/\.md(?=#|$)/, '.html') : link}"`;
  });
