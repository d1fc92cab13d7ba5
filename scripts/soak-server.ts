/** The server of the soak, a process of its own: random faults, and effects counted per key. Says its numbers at `/numbers`. */
import {createServer} from 'node:http';
import {seededRandom} from '../src/core/random.ts';

const random = seededRandom(20_261_124);
const effects = new Map<string, number>();
let requests = 0;
let duplicates = 0;

const server = createServer(async (request, response) => {
  if (request.url === '/numbers') {
    response.end(JSON.stringify({requests, duplicates}));
    return;
  }
  requests++;
  for await (const _ of request);
  const chance = random();
  if (chance < 0.02) return void request.socket.resetAndDestroy();
  if (chance < 0.04) return void response.writeHead(429, {'retry-after': '0'}).end();
  if (request.method === 'POST' && typeof request.headers['x-call'] === 'string') work(request.headers);
  if (chance < 0.06) return void request.socket.resetAndDestroy();
  if (chance < 0.1) return void response.writeHead(503).end('busy');
  if (chance < 0.101) return; // Silence, until the client gives up.
  response.end('done');
});

/** An effect, unless its key has had it. */
function work({'x-call': call, 'idempotency-key': key}: Record<string, string | string[] | undefined>): void {
  const count = (effects.get(String(call)) ?? 0) + (key !== undefined && effects.has(String(call)) ? 0 : 1);
  if (count > 1) duplicates++;
  effects.set(String(call), count);
  if (effects.size > 20_000) effects.delete(effects.keys().next().value!);
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
