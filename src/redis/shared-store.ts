/**
 * The connection of shared guards with Redis: runs scripts, and knows whether Redis answers.
 *
 * No call depends on Redis. If an answer does not come in time, the store counts as lost: guards go on with their share, and one of them
 * asks again each second. An answer in time ends the loss.
 */
import type {StoreListener} from '../core/guard-snapshot.ts';
import type {RedisSend} from '../core/redis-send.ts';
import {type Clock, Timer} from '../core/timer.ts';
import type {GuardStore} from '../guards/guard-factory.ts';
import {lossReason} from './loss-reason.ts';
import {type Reply, replyTo} from './script-reply.ts';

/** How often a lost Redis is asked again. */
const RETRY_MS = 1000;
/** How many of the last round trips tell how long the next ones may take. */
const ROUND_TRIPS = 8;
/** Requests without an answer. Some drivers keep requests in a queue while they are disconnected. */
const MOST_PENDING = 64;

/** A Lua script, loaded once. Until Redis has said its SHA-1, the text is sent. */
export class Script {
  readonly #text: string;
  #sha: string | undefined;
  #isLoading = false;

  constructor(text: string) {
    this.#text = text;
  }

  async run(send: RedisSend, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    if (this.#sha === undefined) {
      // First, because an attempt may wait for its answer, and the text may take its time on a slow link.
      const reply = send(['EVAL', this.#text, ...rest], keys[0]);
      this.#load(send);
      return reply;
    }
    try {
      return await send(['EVALSHA', this.#sha, ...rest], keys[0]);
    } catch (error) {
      // Redis has restarted, or the key is at another node of a cluster.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return send(['EVAL', this.#text, ...rest], keys[0]);
    }
  }

  /** A failure is that of the script itself, which reports it. */
  #load(send: RedisSend): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const ended = (sha?: unknown): void => {
      this.#isLoading = false;
      if (typeof sha === 'string') this.#sha = sha;
    };
    attempted(() => send(['SCRIPT', 'LOAD', this.#text])).then(ended, () => ended());
  }
}

export class SharedStore implements GuardStore {
  readonly clock: Clock;
  readonly listeners: Set<StoreListener> = new Set<StoreListener>();
  readonly #send: RedisSend;
  readonly #timeoutMs: number;
  #isLost = false;
  #retryAt = Number.NEGATIVE_INFINITY;
  #pending = 0;
  /** The last round trips, ms, the latest first. */
  #roundTrips: number[] = [];
  #roundTripMs: number | null = null;
  #usualRoundTripMs: number | null = null;
  /** When the answer of the latest of them came. */
  #measuredAt = Number.NEGATIVE_INFINITY;
  /** The number of the last request. */
  #number: number;

  /**
   * @param timeoutMs   How long a guard keeps an attempt waiting for Redis, at most.
   * @param firstNumber Requests are numbered from here on.
   */
  constructor(send: RedisSend, timeoutMs: number, clock: Clock, firstNumber: number) {
    this.#send = send;
    this.#timeoutMs = timeoutMs;
    this.clock = clock;
    this.#number = firstNumber;
    clock.expect(timeoutMs);
  }

  get isAvailable(): boolean {
    return !this.#isLost;
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** How long an answer may take: the longest of the last round trips, ms. Before the first answer, a quarter of the longest wait. */
  get roundTripMs(): number {
    return this.#roundTripMs ?? this.#timeoutMs / 4;
  }

  /** The same, without the longest of them: a single late answer changes nothing. */
  get usualRoundTripMs(): number {
    return this.#usualRoundTripMs ?? this.roundTripMs;
  }

  /** When a lost Redis may be asked again. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /** Whether a request may be sent now. While Redis is lost, one request each second is allowed. */
  mayAsk(now: number): boolean {
    return this.#pending < MOST_PENDING && (!this.#isLost || now >= this.#retryAt);
  }

  /** The number of the next request. Later requests have larger numbers, and no two connections of a process, or of others, the same ones. */
  newNumber(): number {
    return ++this.#number;
  }

  /**
   * Runs a script. Its first argument is the number of the request, with which its reply begins.
   *
   * @param accepts  Whether a list without the number may be the reply of the script. Another reply counts as an error.
   * @param answered Called with the reply, however late it comes.
   * @param failed   Called if there is no answer in time, or an error. `answered` may follow it.
   */
  ask(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    accepts: (reply: Reply) => boolean,
    answered: (reply: Reply, now: number) => void,
    failed: (now: number) => void,
    number: number = this.newNumber(),
  ): void {
    const {clock} = this;
    const askedAt = clock.now();
    this.#retryAt = askedAt + RETRY_MS;
    this.#pending++;
    const limit = new AnswerLimit(() => {
      this.#lose(`no answer within ${this.#timeoutMs} ms`);
      failed(clock.now());
    });
    clock.arm(limit, this.#timeoutMs, askedAt);
    clock.unref(limit);
    attempted(async () => {
      const reply = await script.run(this.#send, keys, [String(number), ...args]);
      return replyTo(number, reply, accepts);
    }).then(
      reply => {
        const now = clock.now();
        this.#pending--;
        this.#measured(askedAt, now);
        if (limit.armed) this.#answeredInTime();
        // A Redis that answers late is asked on: it says what all processes use, and its grants count.
        else if (this.#isLost) this.#retryAt = now;
        clock.disarm(limit);
        answered(reply, now);
      },
      error => {
        this.#pending--;
        const isKnown = !limit.armed;
        clock.disarm(limit);
        this.#lose(lossReason(error));
        if (!isKnown) failed(clock.now());
      },
    );
  }

  /** Requests that were under way together were late for one reason: their round trips count as one. */
  #measured(askedAt: number, now: number): void {
    let ms = now - askedAt;
    if (askedAt < this.#measuredAt) ms = Math.max(ms, this.#roundTrips.shift()!);
    else this.#measuredAt = now;
    this.#roundTrips = [ms, ...this.#roundTrips.slice(0, ROUND_TRIPS - 1)];
    const [longest, second] = this.#roundTrips.toSorted((one, other) => other - one);
    this.#roundTripMs = longest!;
    this.#usualRoundTripMs = second ?? ms;
  }

  #answeredInTime(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#retryAt = Number.NEGATIVE_INFINITY;
    this.notify({type: 'store.changed', isAvailable: true, reason: ''});
  }

  #lose(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.notify({type: 'store.changed', isAvailable: false, reason});
  }

  /** A listener that throws must not keep guards from going on. */
  notify(event: Parameters<StoreListener>[0]): void {
    for (const listener of this.listeners)
      try {
        listener(event);
      } catch (error) {
        console.error('steadfetch: a listener of the shared store threw; the calls go on.', error);
      }
  }
}

/** Bounds the wait for an answer. */
class AnswerLimit extends Timer {
  readonly #over: () => void;

  constructor(over: () => void) {
    super();
    this.#over = over;
  }

  override fire(): void {
    this.#over();
  }

  override get waitsForSockets(): boolean {
    return true;
  }
}

/** A driver may throw instead of rejecting. */
async function attempted<T>(work: () => PromiseLike<T>): Promise<T> {
  return await work();
}
