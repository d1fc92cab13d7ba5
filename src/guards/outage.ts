/**
 * Notices that an endpoint is down, and lets it return step by step.
 *
 * The share of failures in a window says so late where the window is full of successes: after 16 s of health at 100 calls a second, half of a
 * window of 30 s are 1,400 failures. A run of failures says so after eight, unless runs of that length are usual there.
 *
 * While the endpoint is down, an attempt is let through now and then. Each success lets through two more, which doubles them in each round
 * trip, until more may pass than come.
 */
import {RunTrip} from './run-trip.ts';
import type {Health, Tracked} from './trip.ts';

/** A run that chance explains so seldom is an outage. */
const CHANCE = 1e-6;
const SHORTEST_RUN = 8;
const LONGEST_RUN = 200;
/** Attempts that began within less may have lost one connection together. */
const ONE_EVENT_MS = 100;
/** The mean length of runs rises by so much of the difference, and falls by so much. */
const RISE = 1 / 16;
const FALL = 1 / 128;
/** Between two attempts at an endpoint that is down: an eighth of the time for which it has been down. */
const LEAST_GAP_MS = 100;
const LONGEST_GAP_MS = 5000;
/** So long an attempt in flight is waited for before the next one is let through. */
const PATIENCE_MS = 4000;
/** So many attempts to spare, throughout a round trip, end the outage. */
const ENOUGH = 4;

export class Outage {
  /** Of the attempts since the last outage was noticed; earlier ones say nothing about what came after. */
  #trip = new RunTrip(SHORTEST_RUN, 0);
  /** Mean length of the runs of failures that ended in a success. */
  #meanRun = 0;
  /** Failures since the last success, and when the first of them began and ended. */
  #failed = 0;
  #firstBeganAt = 0;
  #firstEndedAt = 0;
  /** Null while the endpoint is up. */
  #since: number | null = null;
  #inFlight = 0;
  #lastAt = -Infinity;
  #nextAt = 0;
  /** Attempts that may begin besides. */
  #credits = 0;
  /** An attempt in flight, and the fewest credits since it began. */
  #marker: Tracked | null = null;
  #fewest = 0;
  #isNews = false;

  /** Whether an attempt should go elsewhere. */
  refuses(now: number): boolean {
    if (this.#since === null || this.#credits >= 1) return false;
    return now < (this.#inFlight > 0 ? Math.max(this.#nextAt, this.#lastAt + PATIENCE_MS) : this.#nextAt);
  }

  /** An attempt begins, whether or not it should have. */
  begin(now: number): Tracked {
    const tracked = this.#trip.begin();
    this.#inFlight++;
    if (this.#since === null) return tracked;
    if (this.#credits >= 1) this.#credits--;
    else this.#delayNext(now, this.#since);
    this.#fewest = this.#marker === null ? this.#credits : Math.min(this.#fewest, this.#credits);
    this.#marker ??= tracked;
    return tracked;
  }

  record(tracked: Tracked, beganAt: number, health: Health, now: number): void {
    if (tracked.epoch !== this.#trip.epoch) return;
    this.#inFlight--;
    if (health === 'failure') this.#noteFailure(beganAt, now);
    const isLong = tracked.end(health);
    if (health === 'success') this.#succeeded(tracked);
    else if (health === 'failure' && isLong && this.#isSeveralEvents(beganAt)) this.#noticed(now);
    if (tracked === this.#marker) this.#marker = null;
  }

  /** Once after each change: how long the endpoint is passed over at first, and the failures in a row; 0 if it is back. Null without one. */
  news(now: number): {readonly ms: number; readonly failures: number} | null {
    if (!this.#isNews) return null;
    this.#isNews = false;
    return this.#since === null ? {ms: 0, failures: 0} : {ms: Math.max(1, this.#nextAt - now), failures: this.#failed};
  }

  #noteFailure(beganAt: number, now: number): void {
    if (this.#failed++ > 0) return;
    this.#firstBeganAt = beganAt;
    this.#firstEndedAt = now;
  }

  /** An attempt that began once the first failure was seen has not lost the same connection. */
  #isSeveralEvents(beganAt: number): boolean {
    return beganAt >= this.#firstEndedAt || beganAt - this.#firstBeganAt >= ONE_EVENT_MS;
  }

  #succeeded(tracked: Tracked): void {
    if (this.#since !== null) {
      this.#credits += 2 * (1 + this.#meanRun);
      if (tracked === this.#marker && this.#fewest >= ENOUGH) this.#end();
    } else {
      this.#meanRun += (this.#failed - this.#meanRun) * (this.#failed > this.#meanRun ? RISE : FALL);
      this.#trip.failures = this.#longRun;
    }
    this.#failed = 0;
  }

  get #longRun(): number {
    const run = Math.log(CHANCE) / Math.log(this.#meanRun / (1 + this.#meanRun));
    return Math.min(LONGEST_RUN, Math.max(SHORTEST_RUN, Math.ceil(run)));
  }

  #noticed(now: number): void {
    if (this.#since === null) this.#isNews = true;
    this.#since ??= this.#firstEndedAt;
    this.#credits = 0;
    this.#marker = null;
    this.#inFlight = 0;
    this.#lastAt = now;
    this.#delayNext(now, this.#since);
    // An endpoint that has just begun to answer gets less patience.
    this.#trip = new RunTrip(Math.min(this.#longRun, 3 + this.#longRun / 2), this.#trip.epoch + 1);
  }

  #delayNext(now: number, since: number): void {
    this.#lastAt = now;
    this.#nextAt = now + Math.min(LONGEST_GAP_MS, Math.max(LEAST_GAP_MS, (now - since) / 8));
  }

  #end(): void {
    this.#since = null;
    this.#isNews = true;
    this.#trip.failures = this.#longRun;
  }
}
