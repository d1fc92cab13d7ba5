/** The drivers through which queues are tested. */
import {Redis} from 'ioredis';
import {createClient} from 'redis';
import type {ItemQueueOptions} from '../../src/bullmq.ts';

export interface QueueConnection {
  readonly connection: ItemQueueOptions<unknown>['connection'];
  ping(): Promise<unknown>;
  close(): void;
}

/** Opens a connection as the documents show it. */
export const CONNECTIONS: Readonly<Record<string, (url: string) => Promise<QueueConnection>>> = {
  'node-redis': async url => {
    const client = createClient({url});
    client.on('error', () => {});
    await client.connect();
    return {connection: client, ping: () => client.ping(), close: () => client.destroy()};
  },
  ioredis: async url => {
    const client = new Redis(url, {maxRetriesPerRequest: null});
    client.on('error', () => {});
    return {connection: client, ping: () => client.ping(), close: () => client.disconnect()};
  },
};
