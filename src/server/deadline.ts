/** The deadline of a request: read from its headers, counted down by a timer, refused where it has passed. */
import {TimeoutError} from '../core/errors.ts';
import type {InheritedDeadline} from '../core/inherited-deadline.ts';
import {systemClock} from '../core/system-clock.ts';
import {type Clock, Timer} from '../core/timer.ts';
import type {RequestDeadline} from './deadline-scope.ts';
import type {ProblemOptions} from './problem.ts';

/** The options of `withDeadline` and `deadlineMiddleware`. */
export interface DeadlineOptions extends Pick<ProblemOptions, 'describedBy'> {
  /** The header with the time that the client has left, in ms: `deadlineHeader` of its policy. Default: `x-request-timeout-ms`. */
  readonly header?: string;
  /** The header with the number of the client's attempt: `attemptHeader` of its policy. Default: `x-request-attempt`. */
  readonly attemptHeader?: string;
  /** A request that has less time left is refused, in ms. Default: 1. */
  readonly leastMs?: number;
  /** The most time that a request gets, in ms, whatever the client says. Default: no limit. */
  readonly maxMs?: number;
  /** Time. Default: the system clock. */
  readonly clock?: Clock;
}

/** Milliseconds, as the client writes them: whole, and without a sign. Anything else is as if the header were absent. */
const MILLISECONDS = /^\d{1,12}$/;
const ATTEMPT = /^[1-9]\d{0,5}$/;

/** Express and Fastify answer an error with this. */
const STATUS = {status: 504, statusCode: 504};
/** Answers for the reason of the signal alone: the error of a call may reach another request that waits for the same call, and that one may be retried. */
const ANSWER = {...STATUS, headers: {'x-should-retry': 'false'}};
/** The timer of a call may be so much before that of its request. */
const EARLY_MS = 5;
/** So deep are the causes of an error looked at. */
const MAX_CAUSES = 8;

export interface ReadDeadline {
  /** Infinity if neither the client nor the server sets a limit. */
  readonly ms: number;
  readonly attempt: number | undefined;
  /** Too little time is left, so the request must not be handled. */
  readonly hasPassed: boolean;
}

export function readDeadline(
  get: (header: string) => string | null,
  {header = 'x-request-timeout-ms', attemptHeader = 'x-request-attempt', leastMs = 1, maxMs}: DeadlineOptions,
): ReadDeadline {
  const text = get(header)?.trim() ?? '';
  const asked = MILLISECONDS.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  const number = get(attemptHeader)?.trim() ?? '';
  return {
    ms: Math.min(asked, maxMs ?? Number.POSITIVE_INFINITY),
    attempt: ATTEMPT.test(number) ? Number(number) : undefined,
    hasPassed: asked < leastMs,
  };
}

/** Counts down from the arrival of the request. */
export class Countdown extends Timer implements RequestDeadline, InheritedDeadline {
  readonly attempt: number | undefined;
  hasEnded = false;
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #endsAt: number;
  readonly #controller = new AbortController();
  /** Errors with which calls below the handler ended, because this deadline passed. */
  readonly #errors = new WeakSet();

  /** Bound, because handlers take their context apart. */
  readonly remainingMs = (): number => Math.max(0, this.#endsAt - this.#clock.now());

  readonly timedOut = (error: unknown): void => {
    if (this.remainingMs() > EARLY_MS || !isObject(error) || !Object.isExtensible(error)) return;
    this.#errors.add(error);
    Object.assign(error, STATUS);
  };

  constructor({ms, attempt}: ReadDeadline, clock: Clock = systemClock) {
    super();
    this.attempt = attempt;
    this.#clock = clock;
    this.#ms = ms;
    const now = clock.now();
    this.#endsAt = now + ms;
    if (ms === Number.POSITIVE_INFINITY) return;
    clock.arm(this, ms, now);
    clock.unref(this);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether a handler that rejects with this error does so because this deadline passed: in its signal, or in a call below, whose timer may be the first. */
  causes(error: unknown): boolean {
    let each = error;
    for (let depth = 0; depth < MAX_CAUSES && isObject(each); depth++) {
      if ((this.signal.aborted && each === this.signal.reason) || this.#errors.has(each)) return true;
      each = Reflect.get(each, 'cause');
    }
    return false;
  }

  fire(): void {
    this.#controller.abort(Object.assign(new TimeoutError('DEADLINE_EXCEEDED', this.#ms), ANSWER));
  }

  /** The request was answered. What it has started, such as a timer or a pooled connection, may go on for others. */
  end(): void {
    this.hasEnded = true;
    this.#clock.disarm(this);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
