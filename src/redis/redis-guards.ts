/** Makes guards whose state several processes share through Redis. */
import {type Random, SystemIds, systemRandom} from '../core/random.ts';
import type {RedisSend} from '../core/redis-send.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';
import type {CircuitBreaker} from '../guards/breaker.ts';
import type {Budget} from '../guards/budget.ts';
import {ConcurrencyLimit} from '../guards/concurrency.ts';
import {useFixedBreakers} from '../guards/fixed/use.ts';
import {type GuardFactory, LocalGuards, type SharedGuards} from '../guards/guard-factory.ts';
import {Quota} from '../guards/quota.ts';
import type {
  Breaker as BreakerPolicy,
  Budget as BudgetPolicy,
  Concurrency as ConcurrencyPolicy,
  Quota as QuotaPolicy,
} from '../policy/types.ts';
import {QuotaSettings} from './quota-settings.ts';
import {SharedAdaptiveBreaker} from './shared-adaptive-breaker.ts';
import {SharedBreaker} from './shared-breaker.ts';
import {SharedRatioBudget, SharedTokenBucket} from './shared-budgets.ts';
import {type SharedIdentity, settingsKey, sharedKey} from './shared-identity.ts';
import {SharedPermits} from './shared-permits.ts';
import {SharedQuota} from './shared-quota.ts';
import {SharedStore} from './shared-store.ts';

/** Options of `redisGuards`. */
export interface RedisGuardOptions {
  /**
   * Sends one command to Redis and resolves with the reply: the only thing that is needed of a driver.
   *
   * @example
   * send: args => client.sendCommand(args) // node-redis
   * send: (args, key) => cluster.sendCommand(key, false, args) // createCluster of node-redis
   * send: ([command, ...args]) => client.call(command, ...args) // ioredis
   */
  readonly send: RedisSend;
  /** Processes with the same name share their guards. Name the account or the service that they protect. Default: `default`. */
  readonly name?: string;
  /** How many processes there are at least. Without Redis each goes on with this part of a quota, a budget or a limit. Default: 1. */
  readonly instances?: number;
  /** Longest time that a guard keeps an attempt waiting for an answer of Redis, in ms. Default: 1000. */
  readonly timeoutMs?: number;
  /** Begin of every key in Redis. Default: `steadfetch`. */
  readonly prefix?: string;
  /** Time. Default: the system clock. */
  readonly clock?: Clock;
  /** Random numbers. Default: `Math.random`. */
  readonly random?: Random;
}

/**
 * Guards whose state several processes share through Redis: for the port `guards` of a client, or the third argument of `definePolicy`.
 *
 * Guards with the same name, origin (and route) and settings are one. Budgets, breakers, quotas with limits and fixed concurrency limits are
 * shared; adaptive concurrency limits, hedging and what a quota learns stay with the process. No call fails because Redis fails: each process
 * then goes on with its share.
 *
 * @throws RangeError if `instances` or `timeoutMs` is not a number of at least 1.
 *
 * @example
 * const guards = redisGuards({send: args => client.sendCommand(args), name: 'openai'});
 * const fetch = createFetch({extends: ['steadfetch:llm'], quota: {limits: [{unit: 'requests', max: 500, perMs: 60_000}]}}, {guards});
 */
export function redisGuards(options: RedisGuardOptions): SharedGuards {
  useFixedBreakers(); // Those that processes share are made of the same parts.
  const factory = new RedisGuards(options);
  return {
    factory,
    get isAvailable() {
      return factory.store.isAvailable;
    },
  };
}

class RedisGuards implements GuardFactory {
  readonly store: SharedStore;
  readonly #options: RedisGuardOptions;
  readonly #random: Random;
  readonly #local: LocalGuards;
  readonly #process = new SystemIds().correlationId();
  /** Concurrency limits that were made: two clients of a process have one each, and hold permits apart. */
  #limits = 0;

  constructor(options: RedisGuardOptions) {
    const {send, timeoutMs = 1000, instances = 1, clock = systemClock, random = systemRandom} = options;
    requireAtLeastOne({timeoutMs, instances});
    this.#options = options;
    this.#random = random;
    this.#local = new LocalGuards(random);
    this.store = new SharedStore(send, timeoutMs, clock, firstNumberOf(this.#process));
  }

  budget(settings: BudgetPolicy, origin: string): Budget {
    const identity = this.#identity('budget', origin, settings);
    return settings.kind === 'token-bucket'
      ? new SharedTokenBucket(settings, this.store, identity)
      : new SharedRatioBudget(settings, this.store, identity);
  }

  breaker(settings: BreakerPolicy, guarded: string): CircuitBreaker {
    const identity = this.#identity('breaker', guarded, settings);
    if (settings.kind === 'adaptive')
      return new SharedAdaptiveBreaker(settings, guarded, this.#random, this.store, identity);
    return new SharedBreaker(settings, guarded, this.#random, this.store, identity);
  }

  /** A quota without limits only learns: each process finds its own share of the rate. Those of single accounts stay with the process, too. */
  quota(settings: QuotaPolicy, guarded: string): Quota {
    const {limits, per} = settings;
    if (limits.length === 0 || per.length > 0) return this.#local.quota(settings, guarded);
    const identity = this.#identity('quota', guarded, limits);
    const {prefix, name} = this.#place;
    const watched = new QuotaSettings(this.store, settingsKey(prefix, name, 'quota', guarded), guarded, limits);
    return new Quota(settings, guarded, this.#random, quota => new SharedQuota(quota, this.store, identity, watched));
  }

  /** An adaptive limit stays with the process: it finds the part of the origin's capacity that the other processes leave. */
  concurrency(settings: ConcurrencyPolicy, origin: string): ConcurrencyLimit {
    if (settings.kind === 'adaptive') return this.#local.concurrency(settings);
    const {max} = settings;
    const identity = this.#identity('concurrency', origin, max);
    const holder = {...identity, process: `${identity.process}:${++this.#limits}`};
    return new ConcurrencyLimit(settings, limit => new SharedPermits(limit, max, this.store, holder));
  }

  #identity(kind: string, guarded: string, settings: unknown): SharedIdentity {
    const {prefix, name} = this.#place;
    return {
      key: sharedKey(prefix, name, kind, guarded, settings),
      process: this.#process,
      leastProcesses: this.#options.instances ?? 1,
    };
  }

  get #place(): {readonly prefix: string; readonly name: string} {
    const {prefix = 'steadfetch', name = 'default'} = this.#options;
    return {prefix, name};
  }
}

/** Processes, and their connections, number their requests from places far apart: 12 of the 20 digits with which the id begins. */
const firstNumberOf = (process: string): number => Number.parseInt(process.slice(0, 12), 16);

function requireAtLeastOne(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers))
    if (!(value >= 1)) throw new RangeError(`redisGuards: ${name} must be a number of at least 1, got ${value}.`);
}
