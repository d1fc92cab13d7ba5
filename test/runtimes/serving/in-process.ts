/**
 * What Bun and Deno run: every case with every store, one line of JSON each.
 *
 * Arguments: the URLs of a Redis and of a PostgreSQL; an empty one if there is none.
 */
import {memoryStore} from '../../../src/server.ts';
import {deadlineCases, guardCases, type Serve, storeCases} from './cases.ts';
import {openRedis, openStores} from './stores.ts';

interface BunServer {
  readonly port: number;
  stop(closeConnections: boolean): Promise<void>;
}

declare const Bun: {serve(options: object): BunServer} | undefined;
declare const Deno:
  | {
      readonly args: readonly string[];
      exit(code: number): never;
      serve(options: object, handler: object): {readonly addr: {readonly port: number}; shutdown(): Promise<void>};
    }
  | undefined;

const hostname = '127.0.0.1';

const serve: Serve = async handler => {
  if (typeof Bun !== 'undefined') {
    const server = Bun.serve({port: 0, hostname, fetch: handler});
    return {url: `http://${hostname}:${server.port}/`, close: () => server.stop(true)};
  }
  const server = Deno!.serve({port: 0, hostname, onListen: () => {}}, handler);
  return {url: `http://${hostname}:${server.addr.port}/`, close: () => server.shutdown()};
};

const args = typeof Deno === 'undefined' ? process.argv.slice(2) : Deno.args;
const [redisUrl = '', postgresUrl = ''] = args;
const redis = redisUrl === '' ? undefined : await openRedis(redisUrl);
const stores = {memory: memoryStore(), ...(await openStores(redis, postgresUrl))};

async function say(name: string, work: () => Promise<void>): Promise<void> {
  const problem = await work().then(
    () => undefined,
    (error: Error) => String(error.stack ?? error),
  );
  console.log(JSON.stringify({name, problem}));
}

for (const [store, keys] of Object.entries(stores))
  for (const each of storeCases) await say(`${store}: ${each.name}`, () => each.run(serve, keys));
if (redis !== undefined) for (const each of guardCases) await say(`redis: ${each.name}`, () => each.run(serve, redis));
for (const each of deadlineCases) await say(`deadline: ${each.name}`, () => each.run(serve, stores.memory));
// Clients of stores keep their connections.
if (typeof Deno === 'undefined') process.exit(0);
else Deno.exit(0);
