/** Which tests run which code: each test file once, under the coverage of V8, which follows child processes. */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {type Sandbox, slowness} from './sandbox.ts';

/** Of one test file. */
export interface Reach {
  readonly test: string;
  readonly passed: boolean;
  /** Time of the processor. */
  readonly cpuMs: number;
  /** Content of the files that ran. If none of them changed, the rest holds. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What ran of each file of src and lint: start, end, start, end… */
  readonly ran: Readonly<Record<string, readonly number[]>>;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly {startOffset: number; endOffset: number; count: number}[];
  }[];
}

export const MOCHA: readonly string[] = [
  'node_modules/mocha/bin/mocha.js',
  '--no-config',
  '--require',
  './test/support/unhandled.ts',
];

export async function reachOf(test: string, sandbox: Sandbox, cache: string): Promise<Reach> {
  const kept = join(cache, `${test}.json`);
  if (existsSync(kept)) {
    const reach = JSON.parse(readFileSync(kept, 'utf8')) as Reach;
    if (Object.entries(reach.hashes).every(([file, hash]) => hashOf(join(sandbox.tree, file)) === hash)) return reach;
  }
  const reach = await record(test, sandbox);
  // The cause may not be one of the files.
  if (!reach.passed) return reach;
  mkdirSync(dirname(kept), {recursive: true});
  writeFileSync(kept, JSON.stringify(reach));
  return reach;
}

async function record(test: string, sandbox: Sandbox): Promise<Reach> {
  const limits = {cpuSeconds: 300, seconds: 300};
  const env = {NODE_V8_COVERAGE: sandbox.output};
  const {end, cpuMs} = await sandbox.node([...MOCHA, '--timeout', String(60_000 * slowness()), test], env, limits);
  const ran: Record<string, number[]> = {};
  const files = new Set([test]);
  for (const {url, functions} of scriptsIn(sandbox.output)) {
    const base = `${pathToFileURL(sandbox.tree)}/`;
    if (!url.startsWith(base)) continue;
    const file = url.slice(base.length).replace(/[?#].*/, '');
    files.add(file);
    if (/^(src|lint)\//.test(file)) ran[file] = union(ran[file] ?? [], covered(functions));
  }
  const hashes = Object.fromEntries([...files].map(file => [file, hashOf(join(sandbox.tree, file)) ?? '']));
  return {test, passed: end === 'passed', cpuMs, hashes, ran};
}

function scriptsIn(directory: string): ScriptCoverage[] {
  const reports = readdirSync(directory).filter(name => name.endsWith('.json'));
  return reports.flatMap(name => {
    // A process that was killed while it wrote leaves half of a file.
    try {
      return (JSON.parse(readFileSync(join(directory, name), 'utf8')) as {result: ScriptCoverage[]}).result;
    } catch {
      return [];
    }
  });
}

/** The count of a character is that of the innermost range around it. */
export function covered(functions: ScriptCoverage['functions']): number[] {
  const ranges = functions
    .flatMap(each => each.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const out: number[] = [];
  const open: typeof ranges = [];
  let at = 0;
  const upTo = (end: number): void => {
    if (end > at && (open.at(-1)?.count ?? 0) > 0) {
      if (out.at(-1) === at) out[out.length - 1] = end;
      else out.push(at, end);
    }
    at = Math.max(at, end);
  };
  const close = (): void => {
    upTo(open.at(-1)!.endOffset);
    open.pop();
  };
  for (const range of ranges) {
    while (open.length > 0 && open.at(-1)!.endOffset <= range.startOffset) close();
    upTo(range.startOffset);
    open.push(range);
  }
  while (open.length > 0) close();
  return out;
}

/** Of two lists of spans: what one process ran and what another one did. */
export function union(some: readonly number[], more: readonly number[]): number[] {
  const spans = [...pairs(some), ...pairs(more)].sort(([a], [b]) => a - b);
  const out: number[] = [];
  for (const [start, end] of spans) {
    if (out.length > 0 && start <= out.at(-1)!) out[out.length - 1] = Math.max(out.at(-1)!, end);
    else out.push(start, end);
  }
  return out;
}

const pairs = (spans: readonly number[]): [start: number, end: number][] =>
  spans.flatMap((start, index) => (index % 2 === 0 ? [[start, spans[index + 1]!]] : []));

/** The tests that run the code at an offset: those of the file first, then those of its folder, then the rest; quick ones first. */
export function testsOf(file: string, offset: number, reaches: readonly Reach[]): Reach[] {
  return reaches
    .filter(({passed, ran}) => passed && contains(ran[file] ?? [], offset))
    .sort((a, b) => distance(a.test, file) - distance(b.test, file) || a.cpuMs - b.cpuMs);
}

const contains = (spans: readonly number[], offset: number): boolean =>
  pairs(spans).some(([start, end]) => start <= offset && offset < end);

function distance(test: string, file: string): number {
  const own = file
    .replace(/^src\//, 'test/')
    .replace(/^lint\//, 'test/lint/')
    .replace(/\.ts$/, '.test.ts');
  if (test === own) return 0;
  return dirname(test) === dirname(own) ? 1 : 2;
}

const known = new Map<string, string>();

/** Undefined if there is no such file. */
function hashOf(path: string): string | undefined {
  if (!known.has(path) && existsSync(path)) {
    known.set(path, createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 16));
  }
  return known.get(path);
}
