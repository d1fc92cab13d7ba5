/** The drivers through which shared guards are tested. */
import {Redis} from 'ioredis';
import {createClient} from 'redis';
import type {RedisSend} from '../../src/core/redis-send.ts';

export interface Driver {
  readonly send: RedisSend;
  close(): void;
}

/** Opens a connection. Errors of the connection itself are those of its commands. */
export const DRIVERS: Readonly<Record<string, (url: string) => Promise<Driver>>> = {
  'node-redis': async url => {
    const client = createClient({url, socket: {reconnectStrategy: 50}});
    client.on('error', () => {});
    await client.connect();
    return {send: args => client.sendCommand(args), close: () => client.destroy()};
  },
  ioredis: async url => {
    const client = new Redis(url, {retryStrategy: () => 50});
    client.on('error', () => {});
    return {
      send: ([command, ...args]) => client.call(command!, ...args),
      close: () => client.disconnect(),
    };
  },
};
