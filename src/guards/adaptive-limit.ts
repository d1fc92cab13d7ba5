/**
 * A concurrency limit that finds the load an origin can take. It is far away until the origin shows that it has too much to do, and it never
 * takes single failures for that.
 *
 * - Refusals (429, 503, 529): how large a share of attempts fails whatever the load is seen right after a decrease, before the limit grows again.
 *   The limit falls where refusals are more frequent than that, beyond chance.
 * - Answers that take far longer than usual, several in a row: the limit does not exceed what is in flight, and falls where nearly all attempts
 *   are so late. Time that all answers take is no sign of load, nor are slow answers among quick ones. Where a quarter of the load makes them no
 *   quicker, it is not the load.
 * - It grows with successes while at least half of it is in use: by one per round trip after a decrease, then twice as fast in each further one.
 *
 * A decrease changes what later attempts meet: those that began before it say nothing about the new limit. Where the first of them that
 * succeeds comes after a silence, or after a run of refusals by the order of beginning, the origin was down, and the decrease is taken back.
 *
 * Refusals come sooner than answers, so what is in flight counts as answered until the first answer.
 *
 * @see Netflix concurrency-limits; BBR (successes in flight by Little's law); the sequential probability ratio test (Wald 1945)
 */
import {leastConcurrency} from '../policy/least-concurrency.ts';
import type {AdaptiveConcurrency} from '../policy/types.ts';

/**
 * What the end of an attempt says about the load on its origin. `late`: its time was over; `left`: its call gave it up. `nothing`: it failed
 * for another reason, or was refused by a guard.
 */
export type Load = 'fine' | 'refused' | 'late' | 'left' | 'nothing';

/** An answer is slow from so many times the usual time on, if it takes so long at least, or so large a part of the attempt timeout. */
const SLOW = 4;
const SLOW_MS = 2000;
const SLOW_PART = 1 / 4;
/** Four in a row are slow: only so much of what is in flight may stay, or what succeeds. Nearly all are: the limit falls. */
const MANY = 0.65;
const SLOW_LEAVES = 0.7;
const NEARLY_ALL = 0.9;
const FEW = 0.1;
const LATE_RATE = 1 / 4;
/** The usual time follows answers below twice itself. Longer ones may be the load, so that it rises by so much of itself in a millisecond. */
const USUAL_RATE = 1 / 64;
/**
 * Quick answers come first, so the usual time begins as a mean over so many times itself, of at least so many answers; a row of ever longer
 * ones may be the load.
 */
const FIRST_TIMES = 16;
const FIRST_RATE = 1 / 16;
const FIRST = 8;
/** Quick answers among others come first after a pause. */
const QUICK_RATE = 1 / 512;
const USUAL_RISE = 1 / 60_000;
/** Refusals are too many where this share of what succeeds otherwise is refused, with these odds (as a logarithm) against chance. */
const TOO_MANY = 0.3;
const ODDS = 4;
/** So many refusals, and no success of an attempt that began among them, are an outage. */
const DOWN = 4;
const LEAST_SHARE = 0.05;
const SHARE_RATE = 1 / 16;

export class AdaptiveLimit {
  readonly #policy: AdaptiveConcurrency;
  readonly #min: number;
  /** The limit as a fraction; `max` is its whole part. */
  #places: number;
  #fellAt = -Infinity;
  /** The limit before it fell, until an attempt that began later succeeds; 0 after that. */
  #before = 0;
  /** Refusals in a row by the order of beginning, when the first of them began, and when the last success began. */
  #run = 0;
  #runFrom = -Infinity;
  #lastBegan = 0;
  /** How much the limit grows in a round trip, and when this round trip began. */
  #step = Infinity;
  #roundAt = -Infinity;
  /** How long successes take, and when the last one came. */
  #usualMs = 0;
  #succeededAt = 0;
  /** When the first success began, how many the first mean is of, and how many in a row took longer than it. */
  #firstAt = 0;
  #first = 0;
  #longer = 0;
  /** Successes in flight. */
  #served = 0;
  /** The share of attempts that were slow. */
  #late = 0;
  /** What was in flight when answers became slow, 0 before; and since when no more than a quarter of that has been. */
  #peak = 0;
  #slowSince = 0;
  #lowAt = Infinity;
  /** The share of attempts that is refused whatever the load, which is learned while the limit is not above `#lowest`. */
  #refusedAnyway = LEAST_SHARE;
  #lowest = 0;
  /** How much more likely too many refusals explain what was seen than chance does, as a logarithm. */
  #evidence = 0;

  constructor(policy: AdaptiveConcurrency) {
    this.#policy = policy;
    this.#min = leastConcurrency(policy);
    this.#places = Math.min(Math.max(policy.start ?? policy.max, this.#min), policy.max);
  }

  get max(): number {
    return Math.floor(this.#places);
  }

  /** Time that an attempt needs: one that gets its place later is in vain. */
  get neededMs(): number {
    return 2 * this.#usualMs;
  }

  /** @param inFlight Attempts in flight, the one that ended included. */
  learn(load: Load, startedAt: number, inFlight: number, now: number, attemptTimeoutMs: number): void {
    const ms = now - startedAt;
    const isNew = startedAt > this.#fellAt;
    const used = Math.min(this.#places, inFlight);
    if (load === 'refused') this.#refused(startedAt, isNew, used, now);
    if (load === 'refused' || load === 'nothing') return;
    const isSlow =
      this.#usualMs > 0 &&
      ms > SLOW * this.#usualMs &&
      (load === 'late' || ms > Math.min(SLOW_MS, attemptTimeoutMs * SLOW_PART));
    if (isSlow || load === 'fine') this.#late += ((isSlow ? 1 : 0) - this.#late) * LATE_RATE;
    if (this.#late < FEW) {
      this.#peak = 0;
      this.#lowAt = Infinity;
    }
    if (isSlow && isNew) this.#slowed(load, startedAt, ms, used, now);
    if (load !== 'fine') return;
    const wasDown =
      now - this.#succeededAt > 2 * this.#usualMs || (this.#run >= DOWN && this.#lastBegan < this.#runFrom);
    this.#measure(ms, now);
    this.#lastBegan = Math.max(this.#lastBegan, startedAt);
    if (!isNew) return;
    // It fell because the origin was down, and not because it had too much to do.
    if (wasDown) this.#places = Math.max(this.#places, this.#before);
    this.#before = 0;
    this.#judge(0, used, now);
    if (!isSlow && inFlight * 2 >= this.#places) this.#grow(startedAt, now);
  }

  #refused(startedAt: number, isNew: boolean, used: number, now: number): void {
    if (this.#before === 0 && this.#lastBegan >= this.#runFrom) {
      this.#runFrom = startedAt;
      this.#run = 0;
    }
    this.#run++;
    if (isNew) this.#judge(1, used, now);
  }

  #slowed(load: Load, startedAt: number, ms: number, used: number, now: number): void {
    if (this.#peak === 0) {
      this.#peak = used;
      this.#slowSince = now;
    }
    if (load === 'fine' && startedAt > this.#lowAt) {
      // A quarter of the load made it no quicker: it is the time that answers take.
      this.#usualMs = ms;
      this.#places = Math.max(this.#places, this.#peak);
      this.#late = 0;
      return;
    }
    if (this.#late > NEARLY_ALL) this.#fall(used * this.#policy.decreaseRatio, now);
    if (this.#late > MANY && load === 'fine') {
      // What succeeds stays at first; where answers stay slow, a smaller load shows whether it is the reason.
      const least = now - this.#slowSince < 4 * ms ? this.#served : 0;
      this.#places = Math.min(this.#places, Math.max(this.#min, least, used * SLOW_LEAVES));
    }
    if (this.#lowAt === Infinity && this.#places <= Math.max(this.#min, this.#peak / 4)) this.#lowAt = now;
  }

  #measure(ms: number, now: number): void {
    const passedMs = now - this.#succeededAt;
    this.#succeededAt = now;
    if (this.#usualMs === 0) this.#firstAt = now - ms;
    if (this.#longer < FIRST && (this.#first < FIRST || now - this.#firstAt < FIRST_TIMES * this.#usualMs)) {
      this.#longer = ms > this.#usualMs ? this.#longer + 1 : 0;
      this.#usualMs += (ms - this.#usualMs) * Math.max(1 / ++this.#first, FIRST_RATE);
    } else {
      this.#longer = FIRST;
      if (ms > 2 * this.#usualMs) this.#usualMs *= 1 + Math.min(0.1, passedMs * USUAL_RISE);
      else this.#usualMs += (ms - this.#usualMs) * (ms < this.#usualMs / 2 ? QUICK_RATE : USUAL_RATE);
    }
    const memoryMs = Math.max(100, 2 * this.#usualMs);
    this.#served = this.#served * Math.exp(-passedMs / memoryMs) + ms / memoryMs;
  }

  /** The sequential test of the share that is refused anyway against too many. */
  #judge(refused: 0 | 1, used: number, now: number): void {
    const isLearning = this.#places <= this.#lowest;
    if (refused === 0 && this.#evidence === 0 && !isLearning) return;
    const share = this.#refusedAnyway;
    const tooMany = share + (1 - share) * TOO_MANY;
    const fine = Math.log((1 - tooMany) / (1 - share));
    this.#evidence = Math.max(0, this.#evidence + (refused === 1 ? Math.log(tooMany / share) : fine));
    if (isLearning) this.#refusedAnyway = Math.max(LEAST_SHARE, share + (refused - share) * SHARE_RATE);
    // In the first round trip, nothing is known of what succeeds.
    const served = now - this.#firstAt > 2 * this.#usualMs ? this.#served : used;
    const hoped = this.#usualMs > 0 ? 0 : used - 1;
    if (this.#evidence + hoped * fine > ODDS)
      this.#fall(Math.min(used * this.#policy.decreaseRatio, Math.max(used / 2, served)), now);
  }

  #fall(places: number, now: number): void {
    this.#fellAt = this.#roundAt = now;
    this.#step = 1;
    this.#evidence = 0;
    this.#before ||= this.#places;
    this.#places = Math.max(this.#min, places);
    this.#lowest = this.#places + 1;
  }

  #grow(startedAt: number, now: number): void {
    this.#places = Math.min(this.#policy.max, this.#places + Math.min(1, this.#step / this.#places));
    if (startedAt < this.#roundAt) return;
    this.#roundAt = now;
    this.#step *= 2;
  }
}
