/**
 * Measures the built language server: its start, the time from an edit to the diagnostics, completion, and memory over 10,000 edits. Prints a
 * line for each; `npm run bench:lsp` builds first.
 */
import {spawn, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {createProtocolConnection, StreamMessageReader, StreamMessageWriter} from 'vscode-languageserver-protocol/node';

const program = fileURLToPath(new URL('../packages/retry-lint/dist/retry-lint.cjs', import.meta.url));
const uri = 'file:///policies/measured.retry.json';

/** The next diagnostics, with the version of the document that they are for. */
interface Published {
  readonly version?: number;
}

async function start() {
  const child = spawn(process.execPath, [program, 'lsp'], {stdio: ['pipe', 'pipe', 'inherit']});
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let arrived = (_: Published): void => {};
  connection.onNotification('textDocument/publishDiagnostics', (published: Published) => arrived(published));
  connection.listen();
  await connection.sendRequest('initialize', {processId: null, rootUri: null, capabilities: {}});
  return {
    child,
    connection,
    /** The next diagnostics. */
    next: (): Promise<Published> =>
      new Promise(resolve => {
        arrived = resolve;
      }),
    stop: async (): Promise<void> => {
      const ended = new Promise(resolve => child.once('exit', resolve));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await ended;
    },
  };
}

type Server = Awaited<ReturnType<typeof start>>;

const quantile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))]!;

const shown = (ms: number): string => `${ms.toFixed(2)} ms`;

/** Each edit flips one value, so that each has other diagnostics. */
async function edit({connection, next}: Server, version: number, line: number, prefix: string): Promise<number> {
  const range = {start: {line, character: prefix.length}, end: {line, character: prefix.length + 6}};
  const before = performance.now();
  const diagnostics = next();
  await connection.sendNotification('textDocument/didChange', {
    textDocument: {uri, version},
    contentChanges: [{range, text: version % 2 === 0 ? '"none"' : '"full"'}],
  });
  await diagnostics;
  return performance.now() - before;
}

/** A policy with some routes, each of 24 lines, laid out as a person would. */
function policyOf(routes: number): {readonly text: string; readonly line: number; readonly prefix: string} {
  const route = (index: number): object => ({
    match: {methods: ['GET', 'HEAD'], path: `/v1/part-${index}/**`},
    name: `part-${index}`,
    maxAttempts: 3,
    deadlineMs: 12000,
    attemptTimeoutMs: 3000,
    backoff: {kind: 'exponential', baseMs: 100, throttledBaseMs: 500, factor: 2, capMs: 1000},
    retryAfter: {maxMs: 5000},
  });
  const policy = {
    version: 1,
    name: 'measured',
    backoff: {jitter: 'full'},
    routes: Array.from({length: routes}, (_, index) => route(index)),
  };
  const text = JSON.stringify(policy, null, 2);
  const line = text.slice(0, text.indexOf('"jitter"')).split('\n').length - 1;
  return {text, line, prefix: '    "jitter": '};
}

/** CPU of a process so far, in milliseconds; Linux counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

async function open(server: Server, text: string): Promise<void> {
  const diagnostics = server.next();
  await server.connection.sendNotification('textDocument/didOpen', {
    textDocument: {uri, languageId: 'json', version: 1, text},
  });
  await diagnostics;
}

async function measureEdits(label: string, routes: number, edits: number): Promise<void> {
  const server = await start();
  const {text, line, prefix} = policyOf(routes);
  await open(server, text);
  let version = 1;
  for (let warm = 0; warm < 30; warm++) await edit(server, ++version, line, prefix);
  const [times, before] = [[] as number[], cpuMs(server.child.pid!)];
  for (let count = 0; count < edits; count++) times.push(await edit(server, ++version, line, prefix));
  const cpu = (cpuMs(server.child.pid!) - before) / edits;
  console.log(
    `${label} (${text.split('\n').length} lines): edit to diagnostics median ${shown(quantile(times, 0.5))}, p95 ${shown(quantile(times, 0.95))}, CPU ${shown(cpu)}`,
  );
  const completions: number[] = [];
  for (let count = 0; count < 100; count++) {
    const at = performance.now();
    await server.connection.sendRequest('textDocument/completion', {
      textDocument: {uri},
      position: {line: 1, character: 2},
    });
    completions.push(performance.now() - at);
  }
  console.log(
    `${label}: completion median ${shown(quantile(completions, 0.5))}, p95 ${shown(quantile(completions, 0.95))}`,
  );
  await server.stop();
}

async function measureStart(): Promise<void> {
  const [starts, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < 15; round++) {
    const floor = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    floors.push(performance.now() - floor);
    const before = performance.now();
    const server = await start();
    starts.push(performance.now() - before);
    await server.stop();
  }
  const [median, floor] = [quantile(starts, 0.5), quantile(floors, 0.5)];
  console.log(
    `start to initialized: median ${shown(median)}, ${(median / floor).toFixed(2)} × node -e 0 (${shown(floor)})`,
  );
}

async function measureMemory(): Promise<void> {
  const server = await start();
  const {text, line, prefix} = policyOf(2);
  await open(server, text);
  const sizes: string[] = [];
  for (let version = 2; version <= 10_001; version++) {
    await edit(server, version, line, prefix);
    if (version % 2000 === 1) sizes.push(rssMb(server.child.pid!).toFixed(0));
  }
  console.log(`memory after each 2,000 of 10,000 edits: ${sizes.join(', ')} MB`);
  await server.stop();
}

await measureStart();
await measureEdits('2 routes', 2, 300);
await measureEdits('200 routes', 200, 60);
await measureMemory();
