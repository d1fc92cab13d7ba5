/** The connection of a queue, as BullMQ takes it. */
import type * as Bullmq from 'bullmq';

type Connection = Bullmq.ConnectionOptions;

const adapters = new WeakMap<object, Connection>();

/**
 * One adapter for each client of node-redis. BullMQ would make one for each queue and worker. Such an adapter stays with the client, and after its
 * worker has ended nothing listens to it: the next error of the connection would end the process.
 */
export function connectionOf(bullmq: typeof Bullmq, connection: Connection): Connection {
  if (!isNodeRedis(connection)) return connection;
  const known = adapters.get(connection);
  if (known !== undefined) return known;
  const adapter = bullmq.createNodeRedisClient(connection);
  adapter.on('error', () => {}); // The client itself reports errors, and while a queue is open BullMQ does.
  adapters.set(connection, adapter);
  return adapter;
}

export const isNodeRedis = (connection: object): boolean =>
  'sendCommand' in connection && 'isReady' in connection && !('defineCommand' in connection);
