/**
 * Models of guards that do not run in Node, or not on a clock of another: written from their documentation, with their defaults. Each says
 * what it leaves out.
 */
import type {Random} from '../../../src/core/random.ts';
import {CallbackTimer} from '../../../src/core/timer.ts';
import {functionGuard, succeeded} from '../attempt.ts';
import type {Guard, World} from '../run.ts';

/** Refuses attempts, and learns of their ends. */
interface Gate {
  admits(now: number): boolean;
  ended(isSuccess: boolean, now: number): void;
}

interface Model {
  readonly name: string;
  /** Attempts of a call, the first included. */
  readonly attempts: number;
  /** @param retry From 1. */
  waitMs(retry: number, random: Random): number;
  /** Of one client. */
  gate?(random: Random): Gate;
  /** Whether a refused attempt may be retried. */
  readonly retriesRefused?: boolean;
  /** Of one client: asked before each retry. */
  throttle?(): {ended(isSuccess: boolean): void; mayRetry(): boolean};
}

const slept = ({clock}: World, ms: number): Promise<void> =>
  new Promise(resolve => clock.arm(new CallbackTimer(resolve), ms));

const modelGuard = ({
  name,
  attempts,
  waitMs,
  gate: gateOf,
  retriesRefused = false,
  throttle: throttleOf,
}: Model): Guard =>
  functionGuard(`${name} (model)`, (world, client) => {
    const {clock, random} = world;
    const gate = gateOf?.(random);
    const throttle = throttleOf?.();
    return async (request, signal) => {
      for (let attempt = 1; ; attempt++) {
        const isAdmitted = gate?.admits(clock.now()) ?? true;
        const isSuccess =
          isAdmitted &&
          (await succeeded(world, client, request, signal).then(
            () => true,
            () => false,
          ));
        if (isAdmitted) {
          gate?.ended(isSuccess, clock.now());
          throttle?.ended(isSuccess);
        }
        if (isSuccess) return;
        const isLast = attempt >= attempts || signal.aborted || (!isAdmitted && !retriesRefused);
        if (isLast || throttle?.mayRetry() === false) throw new Error('failed');
        await slept(world, waitMs(attempt, random));
        if (signal.aborted) throw new Error('aborted');
      }
    };
  });

/** The last ends of attempts, of a count or of a time. */
interface Ends {
  add(isFailure: boolean, now: number): void;
  /** The share of failures; NaN while there are too few. */
  failureRatio(now: number): number;
}

class LastCalls implements Ends {
  readonly #failures: boolean[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(isFailure: boolean): void {
    this.#failures.push(isFailure);
    if (this.#failures.length > this.#size) this.#failures.shift();
  }

  failureRatio(): number {
    const {length} = this.#failures;
    return length < this.#size ? NaN : this.#failures.filter(Boolean).length / length;
  }
}

class LastSeconds implements Ends {
  readonly #ends: {readonly second: number; all: number; failures: number}[] = [];
  readonly #seconds: number;
  readonly #least: number;

  constructor(seconds: number, least: number) {
    this.#seconds = seconds;
    this.#least = least;
  }

  add(isFailure: boolean, now: number): void {
    const second = Math.floor(now / 1000);
    if (this.#ends.at(-1)?.second !== second) this.#ends.push({second, all: 0, failures: 0});
    const last = this.#ends.at(-1)!;
    last.all++;
    if (isFailure) last.failures++;
  }

  failureRatio(now: number): number {
    while (this.#ends.length > 0 && this.#ends[0]!.second <= now / 1000 - this.#seconds) this.#ends.shift();
    const all = this.#ends.reduce((sum, each) => sum + each.all, 0);
    return all < this.#least ? NaN : this.#ends.reduce((sum, each) => sum + each.failures, 0) / all;
  }

  counts(now: number): {readonly all: number; readonly failures: number} {
    const ratio = this.failureRatio(now);
    const all = this.#ends.reduce((sum, each) => sum + each.all, 0);
    return {all, failures: Number.isNaN(ratio) ? 0 : Math.round(ratio * all)};
  }
}

/** Closed, open for a fixed time, half-open for a number of probes. */
class TextbookBreaker implements Gate {
  #ends: Ends;
  #opensUntil = -Infinity;
  #isOpen = false;
  #probes = 0;
  #probeEnds: boolean[] = [];
  readonly #settings: TextbookSettings;

  constructor(settings: TextbookSettings) {
    this.#settings = settings;
    this.#ends = settings.ends();
  }

  admits(now: number): boolean {
    if (!this.#isOpen) return true;
    return now >= this.#opensUntil && this.#probes++ < this.#settings.probes;
  }

  ended(isSuccess: boolean, now: number): void {
    const {probes, failureRatio} = this.#settings;
    if (this.#isOpen) {
      if (now < this.#opensUntil) return;
      this.#probeEnds.push(isSuccess);
      if (this.#probeEnds.length < probes) return;
      const failed = this.#probeEnds.filter(each => !each).length / probes;
      if (failed >= failureRatio) this.#open(now);
      else {
        this.#isOpen = false;
        this.#ends = this.#settings.ends();
      }
      return;
    }
    this.#ends.add(!isSuccess, now);
    if (this.#ends.failureRatio(now) >= failureRatio) this.#open(now);
  }

  #open(now: number): void {
    this.#isOpen = true;
    this.#opensUntil = now + this.#settings.openMs;
    this.#probes = 0;
    this.#probeEnds = [];
  }
}

interface TextbookSettings {
  readonly ends: () => Ends;
  readonly failureRatio: number;
  readonly openMs: number;
  readonly probes: number;
}

/** Rejects by chance, by what the service accepted in two minutes (Site Reliability Engineering, "Handling Overload"). */
class ClientThrottling implements Gate {
  readonly #asked = new LastSeconds(120, 0);
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  admits(now: number): boolean {
    const {all, failures} = this.#asked.counts(now);
    const isRefused = this.#random() < Math.max(0, (all - 2 * (all - failures)) / (all + 1));
    if (isRefused) this.#asked.add(true, now);
    return !isRefused;
  }

  ended(isSuccess: boolean, now: number): void {
    this.#asked.add(!isSuccess, now);
  }
}

const MODELS: readonly Model[] = [
  {
    // Retry: three attempts, 500 ms apart. Circuit breaker: half of the last 100 calls, open for 60 s, ten probes. Left out: slow calls.
    name: 'resilience4j',
    attempts: 3,
    waitMs: () => 500,
    retriesRefused: true,
    gate: () => new TextbookBreaker({ends: () => new LastCalls(100), failureRatio: 0.5, openMs: 60_000, probes: 10}),
  },
  {
    // The standard resilience handler of .NET: three retries after 2 s, 4 s and 8 s, with jitter; opens if a tenth of at least 100 calls of
    // 30 s failed, for 5 s, one probe. Left out: its rate limiter of 1,000 calls at once. A refused attempt is retried.
    name: 'Polly',
    attempts: 4,
    waitMs: (retry, random) => 2000 * 2 ** (retry - 1) * (0.5 + random()),
    retriesRefused: true,
    gate: () => new TextbookBreaker({ends: () => new LastSeconds(30, 100), failureRatio: 0.1, openMs: 5000, probes: 1}),
  },
  {
    // The retry policy and throttling of the documentation of gRPC: four attempts, waits of up to 100 ms times 2, maxTokens 10, tokenRatio 0.1.
    name: 'gRPC',
    attempts: 4,
    waitMs: (retry, random) => Math.min(1000, 100 * 2 ** (retry - 1)) * random(),
    throttle() {
      let tokens = 10;
      return {
        ended(isSuccess) {
          tokens = isSuccess ? Math.min(10, tokens + 0.1) : Math.max(0, tokens - 1);
        },
        mayRetry: () => tokens > 5,
      };
    },
  },
  {
    // K = 2, over two minutes; three attempts.
    name: "Google's throttling",
    attempts: 3,
    waitMs: (retry, random) => 250 * 4 ** (retry - 1) * random(),
    gate: random => new ClientThrottling(random),
  },
  {
    // Two retries after 1 s and 2 s and up to 100 ms more. Its requests are streams of sockets, which no clock of ours moves.
    name: 'got',
    attempts: 3,
    waitMs: (retry, random) => 1000 * 2 ** (retry - 1) + 100 * random(),
  },
];

export const modelGuards: readonly Guard[] = MODELS.map(modelGuard);
