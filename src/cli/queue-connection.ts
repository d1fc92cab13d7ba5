/** Connects to the Redis of a queue, through node-redis or ioredis: whichever is installed. */
import type {ItemQueueOptions} from '../bullmq/types.ts';
import type {RedisSend} from '../core/redis-send.ts';
import {UsageError} from './usage-error.ts';

export interface RedisClient {
  /** What BullMQ takes. */
  readonly connection: ItemQueueOptions<never>['connection'];
  readonly send: RedisSend;
  close(): void;
}

/** Longest time between two attempts to connect again. */
const LONGEST_PAUSE_MS = 2000;

/**
 * Connects, or says why not at once. A connection that is lost later is made again, for as long as it takes.
 *
 * @param onError Called when the connection is lost, and each time that it cannot be made again.
 * @param onReady Called each time that the connection is there again.
 * @throws UsageError if no driver is installed, or Redis does not answer.
 */
export async function connectTo(url: URL, onError: (error: Error) => void, onReady: () => void): Promise<RedisClient> {
  const open = (await nodeRedis()) ?? (await ioredis());
  if (open === null)
    throw new UsageError('--queue needs bullmq and a driver for Redis: run "npm install bullmq redis".');
  try {
    return await open(url, onError, onReady);
  } catch (error) {
    throw new UsageError(`Cannot use Redis at ${url.host}: ${(error as Error).message || 'it does not answer'}.`);
  }
}

type Open = (url: URL, onError: (error: Error) => void, onReady: () => void) => Promise<RedisClient>;

async function nodeRedis(): Promise<Open | null> {
  const redis = await import('redis').catch(unlessMissing);
  if (redis === null) return null;
  return async (url, onError, onReady) => {
    let isConnected = false;
    const client = redis.createClient({
      url: url.href,
      socket: {reconnectStrategy: (retries, cause) => (isConnected ? pauseAfter(retries) : cause)},
    });
    client.on('error', (error: Error) => isConnected && onError(error));
    client.on('ready', () => isConnected && onReady());
    await client.connect();
    isConnected = true;
    return {
      connection: client,
      send: args => client.sendCommand(args),
      close: () => client.destroy(),
    };
  };
}

async function ioredis(): Promise<Open | null> {
  const found = await import('ioredis').catch(unlessMissing);
  if (found === null) return null;
  return async (url, onError, onReady) => {
    let isConnected = false;
    const client = new found.Redis(url.href, {
      lazyConnect: true,
      maxRetriesPerRequest: null, // BullMQ insists on it.
      retryStrategy: times => (isConnected ? pauseAfter(times) : null),
    });
    let lastError: Error | null = null;
    client.on('error', (error: Error) => {
      lastError = error;
      if (isConnected) onError(error);
    });
    client.on('ready', () => isConnected && onReady());
    await client.connect().catch(error => {
      throw lastError ?? error;
    });
    isConnected = true;
    return {
      connection: client,
      send: ([command = '', ...args]) => client.call(command, ...args),
      close: () => client.disconnect(),
    };
  };
}

const pauseAfter = (tries: number): number => Math.min(50 * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS);

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
  throw error;
}
