/**
 * A process that reads thousands of responses in one way after another, and prints the heap bytes that each call of a way leaves.
 *
 * Usage: node --expose-gc --max-old-space-size=64 stream-probe.ts CLIENT CALLS [WAY…]
 */
import {fork} from 'node:child_process';
import {getEventListeners, once, setMaxListeners} from 'node:events';
import {fileURLToPath} from 'node:url';
import ky from 'ky';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {useModelEndpoints} from '../../src/features.ts';
import {WAYS} from '../support/reading-ways.ts';

useModelEndpoints();

type Client = (url: string, init: RequestInit) => Promise<Response>;

const [name = 'plain', count = '1000', ...only] = process.argv.slice(2);
const calls = Number(count);
const CONCURRENCY = 20;
const ATTEMPT_TIMEOUT_MS = 1000;

/** Held as long as the process lives, as a server's shutdown signal is. */
const {signal} = new AbortController();
setMaxListeners(0, signal);
const policy: PolicyInput = {attemptTimeoutMs: ATTEMPT_TIMEOUT_MS};
const unlimited: PolicyInput = {attemptTimeoutMs: null, deadlineMs: null, idleTimeoutMs: null};
const CLIENTS: Record<string, () => Client> = {
  plain: () => fetch,
  fetch: () => createFetch(policy),
  'fetch, streams held': () => {
    const holding = createFetch({...policy, stream: {}});
    return (url, init) => holding(url, {...init, headers: {accept: 'text/event-stream'}});
  },
  'fetch without time limits': () => withSignal(createFetch(unlimited)),
  'fetch, hedged': () => withSignal(createFetch({...policy, hedge: {delayMs: 20, maxLoadRatio: 1}})),
  'fetch, failures': () => {
    const failing = createFetch({...policy, breaker: null});
    return (url, init) => failing(url, {...init, signal, method: 'POST', headers: {'x-status': '503'}});
  },
  ky: () => kyClient(),
  'ky with hooks': () => kyClient({hooks: {afterResponse: [() => {}]}}),
};

function withSignal(client: Client): Client {
  return (url, init) => client(url, {...init, signal});
}

function kyClient(options = {}): Client {
  const api = ky.extend(resilience(policy)).extend({throwHttpErrors: false, ...options});
  return (url, init) => api(url, {...init, signal});
}

const send = CLIENTS[name]!();
const server = fork(fileURLToPath(new URL('../support/stream-server.ts', import.meta.url)));
const [port] = await once(server, 'message');
const ways = only.length > 0 ? only : Object.keys(WAYS);
for (const way of ways) await readAll(way, 100); // Compiles, and fills caches.
for (const way of ways) {
  const before = await heapAfter(way);
  await readAll(way, calls);
  const bytes = ((await heapAfter(way)) - before) / calls;
  console.log(JSON.stringify({way, bytes: Math.round(bytes), listeners: getEventListeners(signal, 'abort').length}));
}
server.disconnect();
process.exit();

async function readAll(way: string, times: number): Promise<void> {
  const {path = '/', read} = WAYS[way]!;
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await read(await send(`http://127.0.0.1:${port}${path}`, {}));
  };
  await Promise.all(Array.from({length: CONCURRENCY}, worker));
}

async function heapAfter(way: string): Promise<number> {
  if (WAYS[way]!.leaves) await new Promise(resolve => setTimeout(resolve, ATTEMPT_TIMEOUT_MS));
  for (let round = 0; round < 5; round++) {
    await new Promise(resolve => setTimeout(resolve, 30));
    globalThis.gc!();
  }
  return process.memoryUsage().heapUsed;
}
