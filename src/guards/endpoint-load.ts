/** How one of several endpoints does, as far as this process sees: what is in flight there, how long it takes, and how often it fails. */
import type {Ticket} from './breaker.ts';
import type {Ejections, Outcomes} from './ejection.ts';
import {Outage} from './outage.ts';
import {SlidingWindow} from './sliding-window.ts';
import type {Health} from './trip.ts';

/** A latency that no answer confirms is down to 37 % (1/e) after this time. Finagle, Linkerd and Envoy decay over 10 s, too. */
const DECAY_MS = 10_000;
const HEDGE_DECAY_MS = 60_000;
/** How long a failure counts. */
const WINDOW_MS = 30_000;

/** An attempt in flight. */
export interface Timed {
  readonly startedAt: number;
}

/** What is in flight at an origin, on all routes together. */
export interface OriginLoad {
  pending: number;
}

/** The load of an origin and route. */
export class EndpointLoad {
  readonly #origin: OriginLoad;
  /** In the order of their beginning; with null once they have been recorded. */
  readonly #inFlight = new Map<Timed, Ticket | null>();
  readonly #ended = new SlidingWindow(WINDOW_MS);
  /** Null before the first refusal. */
  #refused: SlidingWindow | null = null;
  /** The peak-EWMA latency at `#at`. */
  #latencyMs = 0;
  #at = 0;
  /** Before, the latency is the time that an answer takes at least. */
  #hasAnswered = false;
  #hasNews = false;
  #pausedUntil = 0;
  /** Null before the first one. */
  ejections: Ejections | null = null;
  readonly outage: Outage = new Outage();

  constructor(origin: OriginLoad) {
    this.#origin = origin;
  }

  /** Attempts in flight at the origin. An attempt is in flight until its headers, or the first content of a stream, arrived. */
  get pending(): number {
    return this.#origin.pending;
  }

  /** It asked for a pause, of one call or of all. */
  pause(ms: number, now: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
  }

  isPaused(now: number): boolean {
    return now < this.#pausedUntil;
  }

  begin(attempt: Timed): void {
    this.#inFlight.set(attempt, this.outage.admit(attempt.startedAt) ?? this.outage.begin(attempt.startedAt));
    this.#origin.pending++;
  }

  /** What the end of an attempt says about the health of the endpoint. */
  record(attempt: Timed, health: Health, now: number): void {
    const tracked = this.#inFlight.get(attempt);
    if (!tracked) return;
    this.#inFlight.set(attempt, null);
    this.outage.record(tracked, health, now, attempt.startedAt);
  }

  /** Harmless if the attempt has ended, or never began. */
  end(attempt: Timed): void {
    this.record(attempt, 'nothing', attempt.startedAt);
    if (this.#inFlight.delete(attempt)) this.#origin.pending--;
  }

  /** The endpoint did its work. A latency above the average replaces it, a lower one moves it slowly. */
  answered(tookMs: number, now: number): void {
    this.#ended.addAll(now);
    const known = this.#latencyMs;
    const kept = this.#hasAnswered ? Math.exp((this.#at - now) / DECAY_MS) : 0;
    this.#latencyMs = tookMs > known ? tookMs : known * kept + tookMs * (1 - kept);
    this.#at = now;
    this.#hasAnswered = true;
  }

  /**
   * The endpoint answered that the request is at fault, such as 404. It may be the endpoint that is, and such an answer comes sooner than one
   * that takes work: it proves no speed.
   */
  refused(tookMs: number, now: number): void {
    this.#ended.addAll(now);
    this.#refused ??= new SlidingWindow(WINDOW_MS);
    this.#refused.addAll(now);
    this.#hasNews = true;
    this.#latencyMs = Math.max(tookMs, this.#decayed(now, DECAY_MS));
    this.#at = now;
  }

  /** The endpoint failed. A failure is no proof of speed, however soon it came. */
  failed(tookMs: number, now: number): void {
    this.#ended.addAll(now);
    this.broke(now);
    this.interrupted(tookMs, now);
  }

  /** An attempt that was answered turns out to have failed. */
  broke(now: number): void {
    this.#ended.addMarked(now);
    this.#hasNews = true;
  }

  /** The attempt was given up: its answer would have taken at least this long. */
  interrupted(tookMs: number, now: number): void {
    if (tookMs > this.#decayed(now, DECAY_MS)) this.outrun(tookMs, now);
  }

  /** The attempt lost to a hedge that began later: the endpoint is as slow as before, if not slower. */
  outrun(tookMs: number, now: number): void {
    this.#latencyMs = Math.max(tookMs, this.#latencyMs);
    this.#at = now;
  }

  /**
   * How long an answer takes, in ms: at least as long as the oldest attempt in flight has waited. Decays towards 0 while no answer comes,
   * so that an endpoint which was slow is tried again.
   *
   * @param unknownMs What is assumed before the first answer.
   */
  latencyMs(now: number, unknownMs: number): number {
    const [oldest] = this.#inFlight.keys();
    const age = oldest === undefined ? 0 : now - oldest.startedAt;
    return Math.max(this.#decayed(now, DECAY_MS), this.#hasAnswered ? 0 : unknownMs, age);
  }

  /** The average alone; null before the first answer. */
  averageMs(now: number): number | null {
    return this.#hasAnswered ? this.#decayed(now, DECAY_MS) : null;
  }

  /** The average as it was lately: it decays over a minute. For a hedge, which is no occasion to try an endpoint again. */
  recentMs(now: number): number {
    return this.#decayed(now, HEDGE_DECAY_MS);
  }

  /** The share of attempts in the last 30 s that did not fail; those in flight count as such. Above 0. */
  successShare(now: number): number {
    const {all, failed} = this.outcomes(now);
    return (all + 1 - failed) / (all + 1); // With the next one.
  }

  /** The share of attempts in the last 30 s that were refused; as in `successShare`. */
  refusedShare(now: number): number {
    const {all, refused} = this.outcomes(now);
    return refused / (all + 1);
  }

  /** The attempts of the last 30 s. Those in flight count as not failed: failures may come sooner than answers. */
  outcomes(now: number): Outcomes {
    this.#ended.advance(now);
    this.#refused?.advance(now);
    return {
      all: this.#ended.all + this.#inFlight.size,
      failed: this.#ended.marked,
      refused: this.#refused?.all ?? 0,
    };
  }

  /** Whether an attempt failed or was refused since the last question. */
  hasNews(): boolean {
    const has = this.#hasNews;
    this.#hasNews = false;
    return has;
  }

  /** At an ejection, so that the endpoint is compared again by what it does after its return. */
  startAnew(): void {
    this.#ended.clear();
    this.#refused = null;
  }

  #decayed(now: number, decayMs: number): number {
    return this.#latencyMs * Math.exp((this.#at - now) / decayMs);
  }
}
