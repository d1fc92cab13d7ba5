/** Processes that share a quota, all in this process and in virtual time. A process may crash at any moment. */
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {Quota, QuotaWaiter} from '../../src/guards/quota.ts';
import type {Amounts} from '../../src/guards/quota-amounts.ts';
import type {QuotaReservation} from '../../src/guards/quota-reservation.ts';
import type {Quota as QuotaPolicy} from '../../src/policy/types.ts';
import {type RedisGuardOptions, redisGuards} from '../../src/redis/redis-guards.ts';
import {RedisDouble} from '../support/redis-double.ts';

export const GUARDED = 'https://api.test';

export const amountsOf = (requests: number, inputTokens = 0, outputTokens = 0): Amounts => ({
  requests,
  inputTokens,
  outputTokens,
});

/** An attempt that was sent. */
export interface Sent {
  readonly at: number;
  /** How long the attempt waited. */
  readonly waitedMs: number;
  readonly amounts: Amounts;
  readonly process: SharedProcess;
}

export class SharedQuotas {
  readonly clock: VirtualClock = new VirtualClock();
  /** What the clock of Redis is ahead of the time, in ms. It may change at any moment. */
  redisAheadMs = 0;
  readonly redis: RedisDouble = new RedisDouble(() => this.clock.wall() + this.redisAheadMs);
  readonly sent: Sent[] = [];
  /** How long a command takes to Redis, and its reply back. */
  latencyMs: () => number = () => 0.5;
  /**
   * What becomes of a command: it arrives; it never arrives; it is carried out, and its reply gets lost; the driver throws; the driver sends it
   * again because the reply got lost, and hands over the second reply; or it is carried out a second time long after its reply.
   */
  fate: (
    args: readonly string[],
    process: SharedProcess,
  ) => 'arrives' | 'lost' | 'reply lost' | 'refused' | 'sent again' | 'carried out again' = () => 'arrives';
  /** When a command is carried out for the second time. */
  againMs: () => number = () => 50;
  /** How long something keeps an attempt that the quota has admitted. */
  keptMs: () => number = () => 0;
  readonly #policy: QuotaPolicy;

  constructor(limits: QuotaPolicy['limits']) {
    this.#policy = {
      limits,
      learn: false,
      startPerSecond: null,
      maxWaitMs: 600_000,
      queue: 100_000,
      scope: 'origin',
      per: [],
    };
  }

  start(options: Partial<RedisGuardOptions> = {}): SharedProcess {
    const {clock} = this;
    const process: SharedProcess = new SharedProcess(this, args => this.#send(args, process), this.#policy, {
      clock,
      ...options,
    });
    return process;
  }

  /** The largest amount that was sent in a window of that length. */
  mostIn(perMs: number, amountOf: (amounts: Amounts) => number): number {
    let [most, sum, first] = [0, 0, 0];
    for (const {at, amounts} of this.sent) {
      sum += amountOf(amounts);
      while (this.sent[first]!.at <= at - perMs) sum -= amountOf(this.sent[first++]!.amounts);
      most = Math.max(most, sum);
    }
    return most;
  }

  async #send(args: readonly string[], process: SharedProcess): Promise<unknown> {
    const fate = this.fate(args, process);
    if (fate === 'refused') throw new Error('connect ECONNREFUSED 127.0.0.1:6379');
    await this.clock.sleep(this.latencyMs());
    if (fate === 'lost') return never();
    let reply = this.redis.run(args);
    if (fate === 'sent again') {
      await this.clock.sleep(this.againMs());
      reply = this.redis.run(args);
    }
    if (fate === 'carried out again') void this.clock.sleep(this.againMs()).then(() => this.redis.run(args));
    await this.clock.sleep(this.latencyMs());
    return fate === 'reply lost' || process.hasCrashed ? never() : reply;
  }
}

const never = (): Promise<never> => new Promise<never>(() => {});

export class SharedProcess {
  readonly quota: Quota;
  readonly world: SharedQuotas;
  hasCrashed = false;

  constructor(
    world: SharedQuotas,
    send: RedisGuardOptions['send'],
    policy: QuotaPolicy,
    options: Partial<RedisGuardOptions>,
  ) {
    this.world = world;
    this.quota = redisGuards({send, ...options}).factory.quota(policy, GUARDED);
  }

  /** Stops at once, with whatever it has. */
  crash(): void {
    this.hasCrashed = true;
  }

  /**
   * Sends one attempt as soon as the quota admits it.
   *
   * @returns Takes the attempt out of the queue; null where it does not wait.
   */
  attempt(amounts: Amounts, sent: (taken: QuotaReservation, now: number) => void = () => {}): (() => void) | null {
    if (this.hasCrashed) return null;
    const now = this.world.clock.now();
    const taken = this.quota.tryTake(amounts, now);
    if (taken !== null) {
      this.send(amounts, now, taken, now, sent);
      return null;
    }
    const waiter = new Waiting(this, amounts, now, sent);
    this.quota.join(waiter, now);
    return () => this.quota.leave(waiter, this.world.clock.now());
  }

  /** So many callers that send one attempt after the other, without a pause. */
  keepBusy(callers: number, amounts: Amounts = amountsOf(1)): void {
    const next = (): void => {
      this.attempt(amounts, next);
    };
    for (let caller = 0; caller < callers; caller++) next();
  }

  /** Sends an attempt that the quota has admitted, at once or after what keeps it. */
  send(
    amounts: Amounts,
    since: number,
    taken: QuotaReservation,
    now: number,
    sent: (taken: QuotaReservation, now: number) => void,
  ): void {
    const {world} = this;
    const keptMs = world.keptMs();
    const send = (at: number): void => {
      if (this.hasCrashed) return;
      world.sent.push({at, waitedMs: at - since, amounts, process: this});
      sent(taken, at);
    };
    if (keptMs === 0) return send(now);
    taken.keep();
    void world.clock.sleep(keptMs).then(() => {
      const at = world.clock.now();
      taken.sent(at);
      send(at);
    });
  }
}

class Waiting implements QuotaWaiter {
  ahead: QuotaWaiter | null = null;
  behind: QuotaWaiter | null = null;
  readonly isRetry = false;
  readonly amounts: Amounts;
  readonly since: number;
  readonly #process: SharedProcess;
  readonly #sent: (taken: QuotaReservation, now: number) => void;

  constructor(
    process: SharedProcess,
    amounts: Amounts,
    now: number,
    sent: (taken: QuotaReservation, now: number) => void,
  ) {
    this.#process = process;
    this.amounts = amounts;
    this.since = now;
    this.#sent = sent;
  }

  get clock(): VirtualClock {
    return this.#process.world.clock;
  }

  served(taken: QuotaReservation, now: number): void {
    this.#process.send(this.amounts, this.since, taken, now, this.#sent);
  }

  broke(error: unknown): void {
    throw error;
  }
}
