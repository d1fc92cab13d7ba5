/**
 * Writes the tables of docs/events-and-reports.md from the interfaces and their docstrings. `npm run generate` runs it; the text around
 * the tables is written by hand.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {type Field, type Interface, interfacesOf} from './interfaces.ts';

const root = new URL('../', import.meta.url);
const PAGE = new URL('docs/events-and-reports.md', root);
const SOURCES = [
  'src/core/events.ts',
  'src/core/call-view.ts',
  'src/core/observer.ts',
  'src/core/guard-snapshot.ts',
  'src/call/report.ts',
];

export const readPage = (): string => readFileSync(PAGE, 'utf8');

export const interfaces = (): ReadonlyMap<string, Interface> =>
  new Map(
    SOURCES.flatMap(path => interfacesOf(readFileSync(new URL(path, root), 'utf8'))).map(each => [each.name, each]),
  );

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = ({name, type, text}: Field): string => `| \`${name}\` | \`${cell(type)}\` | ${cell(text)} |`;

/** The page with a table of fields wherever it names an interface. */
export function withTables(page: string): string {
  const known = interfaces();
  return page.replaceAll(
    /(<!-- fields: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const found = known.get(name);
      if (found === undefined) throw new Error(`docs/events-and-reports.md names ${name}, which no source declares`);
      const about = found.text === '' ? [] : [found.text, ''];
      const rows = found.fields.filter(field => field.name !== 'type').map(row);
      return [`${begin}\n${[...about, '| field | type | meaning |\n|---|---|---|', ...rows].join('\n')}`, '', end].join(
        '\n',
      );
    },
  );
}

if (import.meta.main) writeFileSync(PAGE, withTables(readPage()));
