/** Idempotency keys in Redis: a hash for each key, changed by scripts, which Redis runs one at a time. */
import {SteadfetchError} from '../core/errors.ts';
import type {RedisSend} from '../core/redis-send.ts';
import {responseOf, textOf} from './response-text.ts';
import type {Claim, ClaimResult, IdempotencyStore, StoredResponse} from './store.ts';

/** How a `redisStore` reaches Redis. */
export interface RedisStoreOptions {
  /**
   * Sends one command. Any driver will do:
   *
   * ```ts
   * send: args => client.sendCommand(args) // node-redis
   * send: ([command, ...args]) => client.call(command, ...args) // ioredis
   * ```
   */
  readonly send: RedisSend;
  /** What the keys in Redis begin with. Default: `idempotency:`. */
  readonly prefix?: string;
}

/**
 * Time is that of Redis, so the clocks of the processes do not matter. A driver sends a command again where it has lost the reply, so a second claim or complete
 * of the same run finds what the first one did.
 */
const CLAIM = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'state', 'leaseUntil', 'response', 'token')
if kept[1] and kept[1] ~= ARGV[1] then return {'mismatch'} end
if kept[1] and not (kept[2] == 'running' and kept[5] == ARGV[2]) then
  if kept[2] == 'completed' then return {'completed', kept[4]} end
  local left = 0
  if kept[2] == 'running' then left = tonumber(kept[3]) - now end
  if left > 0 then return {'running', string.format('%.0f', left)} end
  if ARGV[5] == 'refuse' then return {'unknown'} end
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'token', ARGV[2], 'state', 'running',
  'leaseUntil', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'claimed'}`;

const KEPT = `
local kept = redis.call('HMGET', KEYS[1], 'token', 'state')`;

const OWNED = `${KEPT}
if kept[1] ~= ARGV[1] or kept[2] ~= 'running' then return 0 end`;

const RENEW = `${OWNED}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'leaseUntil', string.format('%.0f', now + ARGV[2]))
return 1`;

const COMPLETE = `${KEPT}
if kept[1] ~= ARGV[1] or (kept[2] ~= 'running' and kept[2] ~= 'completed') then return 0 end
redis.call('HSET', KEYS[1], 'state', 'completed', 'response', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

const ABANDON = `${OWNED}
redis.call('HSET', KEYS[1], 'state', 'unknown')
return 1`;

const RELEASE = `${OWNED}
redis.call('DEL', KEYS[1])
return 1`;

/**
 * A store in Redis, for servers of several processes. A key survives a crash of the server; whether it survives a crash of Redis depends on
 * the persistence and the replication of that Redis.
 */
export function redisStore(options: RedisStoreOptions): IdempotencyStore {
  return new RedisStore(options);
}

class RedisStore implements IdempotencyStore {
  readonly #send: RedisSend;
  readonly #prefix: string;

  constructor({send, prefix = 'idempotency:'}: RedisStoreOptions) {
    this.#send = send;
    this.#prefix = prefix;
  }

  async claim({key, fingerprint, token, leaseMs, keepMs, afterLoss}: Claim): Promise<ClaimResult> {
    const reply = await this.#run(CLAIM, key, fingerprint, token, whole(leaseMs), whole(keepMs), afterLoss);
    const [state, detail] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    switch (state) {
      case 'claimed':
      case 'mismatch':
      case 'unknown':
        return {state};
      case 'running':
        return {state, leaseLeftMs: Number(detail)};
      case 'completed':
        return {state, response: responseOf(detail)};
      default:
        throw new SteadfetchError(
          'IDEMPOTENCY_STORE',
          'Redis gave a reply that is not one of the script of the store.',
        );
    }
  }

  async renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return Number(await this.#run(RENEW, key, token, whole(leaseMs))) === 1;
  }

  async complete(key: string, token: string, response: StoredResponse, keepMs: number): Promise<boolean> {
    return Number(await this.#run(COMPLETE, key, token, textOf(response), whole(keepMs))) === 1;
  }

  async abandon(key: string, token: string): Promise<boolean> {
    return Number(await this.#run(ABANDON, key, token)) === 1;
  }

  async release(key: string, token: string): Promise<boolean> {
    return Number(await this.#run(RELEASE, key, token)) === 1;
  }

  async #run(script: string, key: string, ...values: readonly string[]): Promise<unknown> {
    return this.#send(['EVAL', script, '1', this.#prefix + key, ...values]);
  }
}

/** Redis takes whole milliseconds. */
const whole = (ms: number): string => String(Math.ceil(ms));
