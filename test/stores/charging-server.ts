/**
 * A server in a process of its own, which a test may kill: it charges once for each idempotency key, and breaks connections at random.
 *
 * Arguments: a JSON object of type `ChargingServer`. Prints `ready` when it listens.
 */
import {createServer, type IncomingMessage} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {seededRandom} from '../../src/core/random.ts';
import {idempotent, postgresTransactions, redisStore} from '../../src/server.ts';
import {DRIVERS} from './drivers.ts';
import {throughPg} from './postgres-drivers.ts';

/** The arguments of the process. */
export interface ChargingServer {
  readonly store: 'postgres' | 'redis';
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** The share of connections that break before the commit, and of those that break after it. */
  readonly resetRatio: number;
  readonly leaseMs: number;
}

const {store, url, port, seed, resetRatio, leaseMs} = JSON.parse(process.argv[2]!) as ChargingServer;
const random = seededRandom(seed);
const isUnlucky = (): boolean => random() < resetRatio;
const later = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
const broken = new Error('The connection breaks here.');

/** The handler counts an effect for the key of the request, and answers with the number of the effect. */
const handler = store === 'postgres' ? chargingInPostgres() : await chargingInRedis();

function chargingInPostgres() {
  const {transaction} = throughPg(url, 20);
  return idempotent(
    async (request, {transaction: query, key}) => {
      if (isUnlucky()) throw broken;
      const [row] = await query('INSERT INTO effects (key, amount) VALUES ($1, $2) RETURNING id', [
        key!,
        (await request.json()).amount,
      ]);
      await later(random() * 5);
      if (isUnlucky()) throw broken;
      return Response.json({effect: Number(row!.id)}, {status: 201});
    },
    {store: postgresTransactions({transaction}), scope: 'everyone'},
  );
}

async function chargingInRedis() {
  const {send} = await DRIVERS['node-redis']!(url);
  return idempotent(
    async (_request, {key}) => {
      const count = await send(['HINCRBY', 'effects', key!, '1']);
      await later(random() * 5);
      if (isUnlucky()) throw broken;
      return Response.json({effect: Number(count)}, {status: 201});
    },
    {store: redisStore({send}), scope: 'everyone', leaseMs},
  );
}

const toRequest = async (incoming: IncomingMessage): Promise<Request> =>
  new Request(`http://127.0.0.1:${port}${incoming.url}`, {
    method: incoming.method!,
    headers: incoming.headers as Record<string, string>,
    body: new Uint8Array(await buffer(incoming)),
  });

createServer(async (incoming, response) => {
  try {
    const answer = await handler(await toRequest(incoming));
    const body = Buffer.from(await answer.arrayBuffer());
    if (isUnlucky()) throw broken;
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(body);
  } catch (error) {
    if (error !== broken && !incoming.destroyed) console.error(error);
    response.destroy();
  }
}).listen(port, '127.0.0.1', () => console.log('ready'));
