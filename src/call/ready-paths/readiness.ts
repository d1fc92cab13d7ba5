/**
 * Whether an endpoint that warms up is ready, by a GET of its `readyPath`.
 *
 * The calls that need the endpoint ask: before the first call, after a minute without an answer, and when an answer shows that the endpoint
 * may be gone. One request at a time serves all of them. No timer asks, so an endpoint that no call needs is not woken.
 */
import type {Asker, Readiness, ReadyListener, ReadyState, WarmingEndpoint} from '../../client/ready-port.ts';
import type {AttemptResponse, Outcome} from '../../core/outcome.ts';
import {quietly} from '../../core/quietly.ts';
import type {Random} from '../../core/random.ts';
import {type ReadyAnswer, ReadyRequest} from './ready-request.ts';

/** Waits for the next answer, or for its turn at an endpoint that has just become ready. */
export interface ReadyWaiter {
  /** Leaves, and goes on. Must not throw. */
  proceed(): void;
}

/** How long an endpoint without answers counts as ready. */
const BELIEVED_MS = 60_000;
/** So long after the endpoint said that it is ready, failures are those of a ready endpoint. */
const SETTLED_MS = 10_000;
/** So many of the calls that waited are sent at once when the endpoint is ready; each answer lets two more go. */
const FIRST_CALLS = 4;
/** While no answer comes, twice as many have gone after each further second. */
const DOUBLING_MS = 1000;
const LEAST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export class WarmingReadiness implements Readiness {
  readonly endpoint: WarmingEndpoint;
  readonly #notify: ReadyListener;
  #believedUntil = -Infinity;
  #settledUntil = -Infinity;
  /** Null unless the endpoint said that it is not ready, or did not answer. */
  #awaySince: number | null = null;
  #askAgainAt = 0;
  #reason = 'no answer yet';
  #hasWarned = false;
  #isAsking = false;
  readonly #waiters = new Set<ReadyWaiter>();
  /** How many calls may go to an endpoint that has just become ready; Infinity at all other times. */
  #credits = Infinity;
  readonly #line = new Set<ReadyWaiter>();

  constructor(endpoint: WarmingEndpoint, notify: ReadyListener) {
    this.endpoint = endpoint;
    this.#notify = notify;
  }

  stateAt(now: number): ReadyState {
    if (this.#awaySince !== null) return 'away';
    if (this.#isStarting(now) && (this.#credits < 1 || this.#line.size > 0)) return 'starting';
    return now < this.#believedUntil ? 'ready' : 'unknown';
  }

  pauseMs(now: number): number {
    return this.#isAsking ? 0 : Math.max(0, this.#askAgainAt - now);
  }

  /** Why the endpoint is not ready: `GET https://eu.example/healthz: 503, for 12000 ms`. */
  whyNot(now: number): string {
    const {origin, readyPath} = this.endpoint;
    const since = this.#awaySince === null ? '' : `, for ${Math.round(now - this.#awaySince)} ms`;
    return `GET ${origin}${readyPath}: ${this.#reason}${since}`;
  }

  /** Notifies the waiter of the next answer, once. Asks the endpoint, unless an answer is awaited already. */
  wait<R extends AttemptResponse>(waiter: ReadyWaiter, asker: Asker<R>, now: number): void {
    this.askIfDue(asker, now);
    this.#waiters.add(waiter);
  }

  leave(waiter: ReadyWaiter): void {
    this.#waiters.delete(waiter);
    this.#line.delete(waiter);
  }

  askIfDue<R extends AttemptResponse>(asker: Asker<R>, now: number): void {
    if (this.#isAsking || now < this.#askAgainAt) return;
    new ReadyRequest(this.endpoint, asker, answer => this.#answered(answer, asker.client)).start(now);
    this.#isAsking = true; // Only now: a clock of the user's may throw, and the answer comes later.
  }

  askIfAway<R extends AttemptResponse>(asker: Asker<R>, now: number): void {
    if (this.stateAt(now) === 'away') this.askIfDue(asker, now);
  }

  learn({kind, status}: Outcome, now: number): boolean {
    if (kind === 'network' || (status >= 502 && status <= 504)) return this.#failed(status, now);
    if (kind === 'response') this.#used(now);
    return false;
  }

  /** A call was answered, and not as by an endpoint that is gone. */
  #used(now: number): void {
    if (this.#awaySince !== null) return;
    this.#believedUntil = now + BELIEVED_MS;
    if (!this.#isStarting(now)) return;
    this.#credits += 2;
    for (const waiter of this.#line) {
      if (this.#credits < 1) return;
      this.#credits--;
      waiter.proceed();
    }
    if (this.#credits >= FIRST_CALLS) this.#credits = Infinity;
  }

  // The start of an endpoint that many calls have waited for.

  #isStarting(now: number): boolean {
    return this.#credits !== Infinity && now < this.#settledUntil;
  }

  /** How long the next one in the line waits, at most. */
  lineMs(now: number): number {
    const ms = DOUBLING_MS * Math.log2(1 + (this.#line.size + 1) / FIRST_CALLS);
    return Math.ceil(Math.min(ms, this.#settledUntil - now));
  }

  join(waiter: ReadyWaiter): void {
    this.#line.add(waiter);
  }

  entered(now: number): void {
    if (this.#isStarting(now)) this.#credits--;
  }

  /**
   * A call failed as at an endpoint that is gone.
   *
   * @param status 0: no answer. A 503 of an endpoint that was ready a moment ago may be one of too much load, and a question is more of it.
   * @returns Whether the failure is one of warming up, which says nothing about the health of a ready endpoint.
   */
  #failed(status: number, now: number): boolean {
    const isSettled = now >= this.#settledUntil;
    if (isSettled || status === 0) this.#believedUntil = now;
    return isSettled;
  }

  #answered<R extends AttemptResponse>(answer: ReadyAnswer, {clock, random}: Asker<R>['client']): void {
    this.#isAsking = false;
    // The user's clock may throw, and nothing above catches it.
    quietly(() => this.#note(answer, clock.now(), random));
    // A waiter that goes on may end another one, which has left then.
    for (const waiter of [...this.#waiters]) if (this.#waiters.delete(waiter)) waiter.proceed();
  }

  #note({isReady, reason, hintMs}: ReadyAnswer, now: number, random: Random): void {
    const wasAway = this.#awaySince !== null;
    if (isReady) this.#ready(now);
    else this.#away(reason, hintMs, now, random);
    const isOdd = isReady && reason !== '' && !this.#hasWarned;
    this.#hasWarned ||= isOdd;
    if (wasAway === isReady || isOdd) this.#notify(this.endpoint.name, isReady, reason);
  }

  #ready(now: number): void {
    if (this.#awaySince !== null) this.#credits = FIRST_CALLS;
    this.#awaySince = null;
    this.#askAgainAt = now;
    this.#believedUntil = now + BELIEVED_MS;
    this.#settledUntil = now + SETTLED_MS;
  }

  /** Half as long as the endpoint has been away, so that a call waits at most half longer than it takes to warm up. */
  #away(reason: string, hintMs: number, now: number, random: Random): void {
    this.#settledUntil = now;
    this.#awaySince ??= now;
    this.#reason = reason;
    const wishedMs = Math.max(LEAST_PAUSE_MS, (now - this.#awaySince) / 2, hintMs);
    this.#askAgainAt = now + Math.ceil(Math.min(LONGEST_PAUSE_MS, wishedMs) * (0.75 + 0.5 * random()));
  }
}
