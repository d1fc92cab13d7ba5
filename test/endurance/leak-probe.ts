/**
 * A process that calls a server of its own in rounds, and says what is held after each: every call is the same, so whatever
 * grows is a leak.
 *
 * Usage: node --expose-gc leak-probe.ts
 */
import {getEventListeners} from 'node:events';
import {createFetch, definePolicy} from '../../src/core.ts';
import {LoopbackServer} from '../support/loopback-server.ts';

const ROUNDS = 6;
const CALLS = 400;

const server = await LoopbackServer.start();
const place = server.place((response, {headers}) => {
  const attempt = Number(headers['x-attempt']);
  response.writeHead(attempt === 1 ? 503 : 200).end('said');
});
const handle = definePolicy({
  backoff: {baseMs: 0},
  budget: null,
  attemptTimeoutMs: 300,
  breaker: null,
  hedge: {delayMs: 2},
  concurrency: {max: 20},
});
const fetch = createFetch(handle, {
  prepareAttempt: ({headers, attempt}) => headers.set('x-attempt', String(attempt)),
});
const {signal} = new AbortController();

async function call(index: number): Promise<void> {
  const options = {signal, resilience: {correlationId: `call-${index}`}};
  const response = await fetch(place.url, options);
  // Every third is not read, as careless programs do: it is held for the time that its attempt has, and no longer.
  if (index % 3 > 0) await response.text();
}

const held: {heap: number; listeners: number; handles: number}[] = [];
for (let round = 0; round < ROUNDS; round++) {
  for (let sent = 0; sent < CALLS; sent += 10) await Promise.all(Array.from({length: 10}, (_, n) => call(sent + n)));
  place.requests.length = 0;
  for (let round = 0; round < 4; round++) {
    await new Promise(resolve => setTimeout(resolve, 100));
    globalThis.gc!();
  }
  const handles = process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
  held.push({heap: process.memoryUsage().heapUsed, listeners: getEventListeners(signal, 'abort').length, handles});
}
const [origin] = handle.snapshot().origins;
console.log(JSON.stringify({held, inFlight: origin?.concurrency[0]?.inFlight}));
await server.close();
