/** Processes that share a concurrency limit, all in this process and in virtual time. A process may crash at any moment. */
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {ConcurrencyLimit, Waiter} from '../../src/guards/concurrency.ts';
import {type RedisGuardOptions, redisGuards} from '../../src/redis/redis-guards.ts';
import {RedisDouble} from '../support/redis-double.ts';

export class SharedLimits {
  readonly clock: VirtualClock = new VirtualClock();
  /** What the clock of Redis is ahead of the time, in ms. It may change at any moment. */
  redisAheadMs = 0;
  readonly redis: RedisDouble = new RedisDouble(() => this.clock.wall() + this.redisAheadMs);
  readonly processes: LimitedProcess[] = [];
  /** How long a command takes to Redis, and its reply back. */
  latencyMs: () => number = () => 0.5;
  /** What becomes of a command: it arrives; it never arrives; it is carried out, and its reply gets lost; or the driver throws. */
  fate: (process: LimitedProcess) => 'arrives' | 'lost' | 'reply lost' | 'refused' = () => 'arrives';
  /** Commands that were sent. */
  asked = 0;
  /** Attempts in flight, of all processes that have not crashed. */
  inFlight = 0;
  /** The most at one time. */
  most = 0;
  readonly #max: number;
  readonly #queue: number;

  constructor(max: number, queue = 100_000) {
    this.#max = max;
    this.#queue = queue;
  }

  start(options: Partial<RedisGuardOptions> = {}): LimitedProcess {
    const process: LimitedProcess = new LimitedProcess(this, {
      send: args => this.#send(args, process),
      clock: this.clock,
      ...options,
    });
    this.processes.push(process);
    return process;
  }

  limitOf(options: RedisGuardOptions): ConcurrencyLimit {
    const settings = {kind: 'fixed', max: this.#max, queue: this.#queue} as const;
    return redisGuards(options).factory.concurrency(settings, 'https://api.test');
  }

  count(more: number): void {
    this.inFlight += more;
    this.most = Math.max(this.most, this.inFlight);
  }

  async #send(args: readonly string[], process: LimitedProcess): Promise<unknown> {
    if (process.hasCrashed) return never();
    this.asked++;
    const fate = this.fate(process);
    if (fate === 'refused') throw new Error('connect ECONNREFUSED 127.0.0.1:6379');
    await this.clock.sleep(this.latencyMs());
    if (fate === 'lost') return never();
    const reply = this.redis.run(args);
    await this.clock.sleep(this.latencyMs());
    return fate === 'reply lost' || process.hasCrashed ? never() : reply;
  }
}

const never = (): Promise<never> => new Promise<never>(() => {});

export class LimitedProcess {
  readonly limit: ConcurrencyLimit;
  readonly world: SharedLimits;
  /** Calls that were admitted, refused and ended so far. */
  admitted = 0;
  refused = 0;
  ended = 0;
  hasCrashed = false;
  #inFlight = 0;

  constructor(world: SharedLimits, options: RedisGuardOptions) {
    this.world = world;
    this.limit = world.limitOf(options);
  }

  /** Stops at once, with whatever it has: its connections are closed, so nothing of it is in flight any more. */
  crash(): void {
    this.hasCrashed = true;
    this.world.count(-this.#inFlight);
  }

  /** A call that lasts for so long once it is admitted. */
  call(ms: number, ended: () => void = () => {}): Waiter {
    const waiter: Waiter = {admitted: () => void this.#run(ms, ended), refused: () => void this.refused++};
    if (this.hasCrashed) return waiter;
    if (this.limit.tryEnter()) void this.#run(ms, ended);
    else if (!this.limit.wait(waiter)) this.refused++;
    return waiter;
  }

  /** So many callers that make one call after the other, without a pause. */
  keepBusy(callers: number, ms: number): void {
    const next = (): void => void this.call(ms, next);
    for (let caller = 0; caller < callers; caller++) next();
  }

  async #run(ms: number, ended: () => void): Promise<void> {
    if (this.hasCrashed) return;
    this.admitted++;
    this.#inFlight++;
    this.world.count(1);
    await this.world.clock.sleep(ms);
    if (this.hasCrashed) return;
    this.ended++;
    this.#inFlight--;
    this.world.count(-1);
    this.limit.exit();
    ended();
  }
}
