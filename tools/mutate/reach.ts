/**
 * Which tests run which code: a test file runs alone, once, under the coverage of V8, which follows child processes. It is recorded
 * when a change near it is tried first, because all of them take longer than a sample.
 */
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

/** With the configuration of `npm test`: its hooks end what tests start. Without them a file that starts a server does not end. */
export const MOCHA: readonly string[] = ['node_modules/mocha/bin/mocha.js'];

/** Of each test file, what it ran when it was recorded last. */
export class Reaches {
  readonly #kept = new Map<string, Reach>();
  /** Holds for the files of this run. */
  readonly #sure = new Map<string, Promise<Reach>>();
  readonly #recording = new Set<string>();
  readonly #cache: string;

  constructor(tests: readonly string[], cache: string) {
    this.#cache = cache;
    for (const test of tests) {
      const path = this.#pathOf(test);
      if (existsSync(path)) this.#kept.set(test, JSON.parse(readFileSync(path, 'utf8')) as Reach);
    }
  }

  /** Possibly of other sources than today's. */
  last(test: string): Reach | undefined {
    return this.#kept.get(test);
  }

  /** Whether it need not be recorded. */
  isKnown(test: string, {tree}: Sandbox): boolean {
    const last = this.#kept.get(test);
    return this.#sure.has(test) || (last !== undefined && isOfTree(last, tree));
  }

  isRecording(test: string): boolean {
    return this.#recording.has(test);
  }

  /** A test is recorded if a file that it ran has changed. Two sandboxes may ask at once. */
  async of(test: string, sandbox: Sandbox): Promise<Reach> {
    const asked = this.#sure.get(test) ?? this.#find(test, sandbox);
    this.#sure.set(test, asked);
    return asked;
  }

  async #find(test: string, sandbox: Sandbox): Promise<Reach> {
    const last = this.#kept.get(test);
    if (last !== undefined && isOfTree(last, sandbox.tree)) return last;
    this.#recording.add(test);
    const reach = await record(test, sandbox).finally(() => this.#recording.delete(test));
    // The cause of a failure may not be one of the files.
    if (!reach.passed) {
      console.log(`note ${test} fails unchanged here, so it notices nothing`);
      return reach;
    }
    mkdirSync(dirname(this.#pathOf(test)), {recursive: true});
    writeFileSync(this.#pathOf(test), JSON.stringify(reach));
    return reach;
  }

  #pathOf(test: string): string {
    return join(this.#cache, `${test}.json`);
  }
}

const isOfTree = ({hashes}: Reach, tree: string): boolean =>
  Object.entries(hashes).every(([file, hash]) => (hashOf(tree, file) ?? '') === hash);

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
  const hashes = Object.fromEntries([...files].map(file => [file, hashOf(sandbox.tree, file) ?? '']));
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

/**
 * All tests, those first that notice a change of a file most likely: its own, those of its folder, those that ran the file when they
 * were recorded, those of the folders around, the quickest first.
 */
export function nearestFirst(file: string, tests: readonly string[], reaches: Pick<Reaches, 'last'>): string[] {
  const key = (test: string): [distance: number, cpuMs: number] => {
    const last = reaches.last(test);
    return [Math.min(distance(test, file), last?.ran[file] === undefined ? 4 : 2), last?.cpuMs ?? 0];
  };
  const keys = new Map(tests.map(test => [test, key(test)]));
  return [...tests].sort((a, b) => {
    const [one, other] = [keys.get(a)!, keys.get(b)!];
    return one[0] - other[0] || one[1] - other[1] || (a < b ? -1 : 1);
  });
}

/** Whether a test that passes runs the code at an offset. */
export const runs = ({passed, ran}: Reach, file: string, offset: number): boolean =>
  passed && pairs(ran[file] ?? []).some(([start, end]) => start <= offset && offset < end);

/** 0: the tests of the file. 1: those of its folder, such as test/lint/rules-load.test.ts of lint/rules. 3: those of the folders around. 4: others. */
function distance(test: string, file: string): number {
  const own = file
    .replace(/^src\//, 'test/')
    .replace(/^lint\//, 'test/lint/')
    .replace(/\.ts$/, '.test.ts');
  if (test === own) return 0;
  const folder = dirname(own);
  if (dirname(test) === folder || test.startsWith(`${folder}.`) || test.startsWith(`${folder}-`)) return 1;
  return test.split('/')[1] === own.split('/')[1] ? 3 : 4;
}

const known = new Map<string, string>();

/** Undefined if there is no such file. Of the unchanged tree: a sandbox whose file is changed now does not matter. */
function hashOf(tree: string, file: string): string | undefined {
  const path = join(tree, file);
  if (!known.has(file) && existsSync(path)) {
    known.set(file, createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 16));
  }
  return known.get(file);
}
