/** Which changes of the code there are, and which of them a run tries. */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {transformSync} from 'esbuild';
import {seededRandom} from '../../src/core/random.ts';

/** A place of a file, and the code that replaces it. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

export interface Mutant extends Change {
  readonly file: string;
  readonly line: number;
  readonly from: string;
  /** The whole file with the change. */
  readonly text: string;
}

/** See mutators.mjs. */
export type FindChanges = (path: string, source: string) => Promise<Change[]>;

/** lint/vscode has a package and a suite of its own. */
const isOurs = (path: string): boolean => /^(src|lint)\/.*\.ts$/.test(path) && !path.startsWith('lint/vscode/');

/** The files whose changes the tests have to notice: no generated ones. */
export function sourcesOf(tree: string, tracked: readonly string[]): Map<string, string> {
  const files = tracked.filter(isOurs).sort();
  const sources = files.map(path => [path, readFileSync(`${tree}/${path}`, 'utf8')] as const);
  return new Map(sources.filter(([, source]) => !/Generated (from|by)/.test(source.slice(0, 500))));
}

/** A text for people is not tested letter by letter: a literal with a space, or a template. */
const isText = (from: string): boolean => /^(?:'[^']* [^']*'|"[^"]* [^"]*"|`[\s\S]*`)$/.test(from);

/** All changes of all files, in the order of the files. Finding them takes a while, so those of unchanged files are kept. */
export async function allChanges(
  sources: ReadonlyMap<string, string>,
  find: FindChanges,
  cache: string,
): Promise<[file: string, change: Change][]> {
  mkdirSync(cache, {recursive: true});
  const all: [string, Change][] = [];
  for (const [file, source] of sources) {
    const kept = `${cache}/${createHash('sha256').update(file).update(source).digest('hex')}.json`;
    if (!existsSync(kept)) writeFileSync(kept, JSON.stringify(await find(file, source)));
    const changes = JSON.parse(readFileSync(kept, 'utf8')) as Change[];
    all.push(
      ...changes
        .filter(each => !isText(source.slice(each.start, each.end)))
        .map(each => [file, each] as [string, Change]),
    );
  }
  return all;
}

/** The changes in random order, the same for the same seed and the same sources. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seededRandom(seed);
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** Undefined if the change makes no program, or the same one. */
export function mutantOf(file: string, source: string, change: Change): Mutant | undefined {
  const {start, end} = change;
  // In parentheses, an expression keeps its place beside stronger operators; a statement cannot have them.
  for (const to of change.to === '' ? [''] : [`(${change.to})`, change.to]) {
    const text = source.slice(0, start) + to + source.slice(end);
    const program = minified(text);
    if (program === undefined) continue;
    if (program === minified(source)) return undefined;
    return {...change, file, text, line: source.slice(0, start).split('\n').length, from: source.slice(start, end)};
  }
  return undefined;
}

/** Undefined if the text is no program. */
function minified(text: string): string | undefined {
  try {
    return transformSync(text, {loader: 'ts', minify: true, logLevel: 'silent'}).code;
  } catch {
    return undefined;
  }
}
