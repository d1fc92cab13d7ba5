/** Runs the tests of fetch/api of the web platform tests, as a checkout of undici carries them, with its server and its worker. */
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {Worker} from 'node:worker_threads';
import type {PolicyInput} from '../../../src/core.ts';

const FOLDER = 'test/wpt/tests';
const AREA = 'fetch/api';
const AT_ONCE = 4;
/** Of a file, and of one that says that it is long: six times as in undici's runner, for a busy machine. */
const LIMIT_MS = 60_000;
const LONG_LIMIT_MS = 360_000;

/** Of a test file, as its first lines state it. */
interface Meta {
  readonly timeout: string | null;
  readonly scripts: readonly string[];
  readonly variant: readonly string[];
}
interface Helpers {
  parseMeta(code: string): Meta;
  handlePipes(code: string, url: string): string;
}
/** By folder and file, with a reason. */
interface Status {
  readonly skip?: boolean;
  readonly [name: string]: Status | boolean | undefined;
}
type Message =
  | {readonly type: 'result'; readonly result: {readonly name: string; readonly status: number}}
  | {readonly type: 'completion'}
  | {readonly type: 'error'; readonly error: {readonly message: string}};

export interface Result {
  readonly passed: Set<string>;
  readonly failed: Set<string>;
}

export function assertCheckout(path: string | undefined): asserts path is string {
  if (
    path !== undefined &&
    existsSync(join(path, FOLDER, AREA)) &&
    existsSync(join(path, 'test/wpt/server/server.mjs'))
  )
    return;
  throw new Error(
    `Not a checkout of nodejs/undici that carries the web platform tests: ${path ?? 'none was given'}. Run \`npm run conformance:wpt -- <checkout>\` with one of v6.16.1.`,
  );
}

/** Files that undici's runner skips, since they need a browser, CORS, a cache or HTTP/2, are left out. A test that fails runs a second time. */
export async function runSuite(checkout: string, policy: PolicyInput | null): Promise<Result> {
  process.chdir(checkout); // The worker reads from there.
  const server = fork(join(checkout, 'test/wpt/server/server.mjs'), {stdio: ['ignore', 'ignore', 'inherit', 'ipc']});
  try {
    const [{server: url}] = (await once(server, 'message')) as [{server: string}];
    const standIn = new URL('stand-in.ts', import.meta.url);
    standIn.searchParams.set('checkout', checkout);
    if (policy !== null) standIn.searchParams.set('policy', JSON.stringify(policy));
    const helpers = (await import(join(checkout, 'test/wpt/runner/util.mjs'))) as Helpers;
    const run = (file: string): Promise<Result> => runFile(checkout, file, url, standIn.href, helpers);
    const result: Result = {passed: new Set(), failed: new Set()};
    const work = testFiles(checkout);
    await Promise.all(
      Array.from({length: AT_ONCE}, async () => {
        for (let file = work.shift(); file !== undefined; file = work.shift()) {
          const first = await run(file);
          const {passed} = first.failed.size > 0 ? await run(file) : first;
          for (const title of [...first.passed, ...passed]) result.passed.add(title);
          for (const title of first.failed) if (!passed.has(title)) result.failed.add(title);
        }
      }),
    );
    return result;
  } finally {
    server.kill();
  }
}

function testFiles(checkout: string): string[] {
  const statuses = JSON.parse(readFileSync(join(checkout, 'test/wpt/status/fetch.status.json'), 'utf8')) as Status;
  return readdirSync(join(checkout, FOLDER, AREA), {recursive: true, encoding: 'utf8'})
    .map(path => `${AREA}/${path.replaceAll('\\', '/')}`)
    .filter(path => path.endsWith('.any.js') && !isSkipped(statuses, path.split('/').slice(1)))
    .sort();
}

function isSkipped(status: Status | boolean | undefined, path: readonly string[]): boolean {
  if (typeof status !== 'object') return false;
  return status.skip === true || (path.length > 0 && isSkipped(status[path[0]!], path.slice(1)));
}

async function runFile(
  checkout: string,
  file: string,
  url: string,
  standIn: string,
  helpers: Helpers,
): Promise<Result> {
  const result: Result = {passed: new Set(), failed: new Set()};
  const path = join(checkout, FOLDER, file);
  const read = (script: string): string => {
    const code = readFileSync(script, 'utf8');
    return script.includes('.sub.') ? helpers.handlePipes(code, url) : code;
  };
  const code = read(path);
  const {timeout, ...meta} = helpers.parseMeta(code);
  const scripts = meta.scripts.map(name =>
    read(
      name === '/resources/WebIDLParser.js'
        ? join(checkout, FOLDER, 'resources/webidl2/lib/webidl2.js')
        : join(name.startsWith('/') ? join(checkout, FOLDER) : dirname(path), name),
    ),
  );
  const uncaught: string[] = [];
  for (const variant of meta.variant.length > 0 ? meta.variant : ['']) {
    const place = new URL(url);
    place.search = variant;
    const worker = new Worker(join(checkout, 'test/wpt/runner/worker.mjs'), {
      workerData: {initScripts: [], test: code, meta: {...meta, scripts}, url: place.href, path},
      execArgv: ['--no-warnings', `--import=${standIn}`],
      stdout: true,
      stderr: true,
    });
    /** Without the port, which is another one in each run. */
    const titleOf = (name: string): string =>
      `${file.slice(AREA.length + 1)}${variant} › ${name.replaceAll(place.host, 'localhost')}`;
    worker.on('message', (message: Message) => {
      if (message.type === 'result')
        (message.result.status === 0 ? result.passed : result.failed).add(titleOf(message.result.name));
      else if (message.type === 'error') uncaught.push(titleOf(`uncaught: ${message.error.message}`));
      else void worker.terminate();
    });
    worker.on('error', error => uncaught.push(titleOf(`uncaught: ${String(error)}`)));
    const limit = AbortSignal.timeout(timeout === 'long' ? LONG_LIMIT_MS : LIMIT_MS);
    await once(worker, 'exit', {signal: limit}).catch(() => {
      result.failed.add(titleOf('(did not end in time)'));
      return worker.terminate();
    });
  }
  // A test that fails leaves promises without a handler, and its worker may end before they are reported.
  if (result.failed.size === 0) for (const title of uncaught) result.failed.add(title);
  return result;
}
