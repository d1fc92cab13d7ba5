/** A few calls of a simulation, attempt by attempt: the first call of each course that calls took. */
import type {CallView} from '../core/call-view.ts';
import type {AttemptEndEvent, CallEndEvent, SteadfetchEvent} from '../core/events.ts';
import type {Clock} from '../core/timer.ts';

/** Courses that are kept. In most scenarios calls take fewer. */
const MAX_COURSES = 10;

/** An attempt of a sampled call. */
export interface SampledAttempt {
  /** Begin, in ms since the start of the call. */
  readonly fromMs: number;
  /** End, in ms since the start of the call. */
  readonly toMs: number;
  /** What came of it, in a word: `success`, `503`, `attempt timeout`. */
  readonly reason: string;
  /** Name of its endpoint in the policy; null where the call has one place to go. */
  readonly endpoint: string | null;
}

/** A call of a simulation. */
export interface SampledCall {
  /** Begin, in ms since the start of the scenario. */
  readonly atMs: number;
  /** The HTTP method. */
  readonly method: string;
  /** From the begin to the end, in ms. */
  readonly durationMs: number;
  /** Whether it succeeded. */
  readonly succeeded: boolean;
  /** Why it ended: `all 3 attempts are used (503)`. */
  readonly reason: string;
  /** In the order of their ends. */
  readonly attempts: readonly SampledAttempt[];
}

interface EndedAttempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly reason: string;
  readonly endpoint: string | null;
}

export class CallSamples {
  readonly #clock: Clock;
  readonly #underWay = new Map<CallView, EndedAttempt[]>();
  readonly #byCourse = new Map<string, SampledCall>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In the order in which the calls ended. */
  get calls(): readonly SampledCall[] {
    return [...this.#byCourse.values()];
  }

  readonly listener = (event: SteadfetchEvent): void => {
    if (event.type === 'attempt.end') this.#attemptEnded(event);
    if (event.type === 'call.end') this.#callEnded(event);
  };

  #attemptEnded({call, latencyMs, reason, endpoint}: AttemptEndEvent): void {
    const endedAt = this.#clock.now();
    const attempt = {startedAt: endedAt - latencyMs, endedAt, reason, endpoint: endpoint ?? null};
    const attempts = this.#underWay.get(call);
    if (attempts === undefined) this.#underWay.set(call, [attempt]);
    else attempts.push(attempt);
  }

  #callEnded({call, durationMs, result, reason}: CallEndEvent): void {
    const attempts = this.#underWay.get(call) ?? [];
    this.#underWay.delete(call);
    const course = [call.method, ...attempts.map(({reason, endpoint}) => `${reason} ${endpoint}`), result].join();
    if (this.#byCourse.size === MAX_COURSES || this.#byCourse.has(course)) return;
    const atMs = this.#clock.now() - durationMs;
    this.#byCourse.set(course, {
      atMs,
      method: call.method,
      durationMs,
      succeeded: result === 'success',
      reason,
      attempts: attempts.map(({startedAt, endedAt, reason, endpoint}) => ({
        fromMs: startedAt - atMs,
        toMs: endedAt - atMs,
        reason,
        endpoint,
      })),
    });
  }
}
