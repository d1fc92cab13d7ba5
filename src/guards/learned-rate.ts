/**
 * The rate at which a server admits requests, learned from its answers: additive increase, multiplicative decrease. While calls wait, each
 * admitted attempt raises the rate a little; a throttled one lowers it by a share. So clients that share a quota converge to equal shares.
 *
 * @see D.-M. Chiu, R. Jain, "Analysis of the increase and decrease algorithms for congestion avoidance" (1989)
 */
import {QuotaWindow} from './quota-window.ts';

const SECOND = 1000;
/** Requests a second before anything is known. The rate doubles each second until the first throttled answer. */
const FIRST_RATE = 10;
/** One request an hour. */
const LOWEST_RATE = 1 / 3600;
/** Added to the rate by a second in which the server admits as many requests as the rate allows. */
const INCREASE = 1;
/** A throttled answer multiplies the rate by this. */
const DECREASE = 0.82;
/** A throttled answer lowers the rate to this multiple of the admitted rate, if that is less, but never below half of the rate. */
const ABOVE_ADMITTED = 1.2;

export class LearnedRate {
  /** Requests a second that the policy states; the learned rate stays below. Infinity if the policy states none. */
  readonly #stated: number;
  #perSecond: number;
  #isStarting: boolean;
  /** Requests that may be sent at once: they accumulate while nothing is sent, up to those of one second. */
  #level: number;
  #levelAt = Number.NaN;
  /** No second has more requests than the rate allows, whatever has accumulated. */
  readonly #window: QuotaWindow;
  /** When a throttled answer last counted. */
  #throttledAt = Number.NEGATIVE_INFINITY;
  #heldUntil = Number.NEGATIVE_INFINITY;
  /**
   * The first attempts after a hold were throttled: others had used the quota up. Requests that accumulate from then on are kept back until an
   * attempt is admitted, else those of one second would be refused at once.
   */
  #isProbing = false;
  #keptBack = 0;
  /** Requests admitted since `#since`: when the rate was lowered, or the first attempt sent. */
  #admittedSince = 0;
  #since = Number.NaN;

  constructor(stated: number = Number.POSITIVE_INFINITY) {
    this.#stated = stated;
    this.#isStarting = stated === Number.POSITIVE_INFINITY;
    this.#perSecond = this.#isStarting ? FIRST_RATE : stated;
    this.#level = this.#perSecond;
    this.#window = new QuotaWindow(this.#share, SECOND);
  }

  /** Requests a second; undefined while only the policy's own limits apply. */
  get perSecond(): number | undefined {
    return this.#isLimit ? this.#perSecond : undefined;
  }

  fits(now: number): boolean {
    return this.waitMs(1, now) === 0;
  }

  /** Milliseconds until the last of that many requests may be sent. */
  waitMs(requests: number, now: number): number {
    if (!this.#isLimit) return 0;
    this.#refill(now);
    const savedMs = ((requests - this.#level) / this.#perSecond) * SECOND;
    return Math.max(0, savedMs, this.#window.waitMs(Math.min(requests, 1), now));
  }

  take(now: number): void {
    this.#refill(now);
    if (Number.isNaN(this.#since)) this.#since = now;
    this.#level--;
    if (this.#isProbing) this.#keepBack();
    this.#window.take(1, now);
  }

  /**
   * @param takenAt    When the attempt was sent.
   * @param isLimiting Whether calls wait. Only then does the answer show that the server may admit more.
   */
  admitted(takenAt: number, isLimiting: boolean, now: number): void {
    this.#admittedSince++;
    if (this.#isProbing && takenAt > this.#throttledAt) this.#endProbing(now);
    if (!isLimiting || !this.#isLimit) return;
    this.#refill(now);
    this.#setRate(this.#perSecond + (this.#isStarting ? 1 : INCREASE / Math.max(1, this.#perSecond)));
  }

  /**
   * Lowers the rate, once for all attempts that were in flight together. If nothing was admitted since a hold, the rate stays: the hold ended
   * when others had used the quota up, which says nothing about this rate. Otherwise a client that returns later than the others, time after
   * time, would lose its share to them.
   *
   * @param takenAt When the throttled attempt was sent.
   */
  throttled(takenAt: number, now: number): void {
    this.#refill(now);
    this.#level = Math.min(this.#level, 0);
    this.#keptBack = 0;
    if (takenAt <= this.#throttledAt) return;
    if (this.#admittedSince === 0 && this.#heldUntil > this.#throttledAt) this.#isProbing = true;
    else this.#lower(now);
    this.#throttledAt = now;
  }

  /** Nothing is sent until then. */
  held(until: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  #lower(now: number): void {
    const sinceMs = now - this.#since;
    const admittedRate = sinceMs > 0 ? (this.#admittedSince / sinceMs) * SECOND : 0;
    const lowered = Math.min(this.#perSecond * DECREASE, admittedRate * ABOVE_ADMITTED);
    this.#setRate(Math.max(LOWEST_RATE, this.#perSecond / 2, lowered));
    this.#isStarting = false;
    this.#since = now;
    this.#admittedSince = 0;
  }

  /** While probing, attempts follow each other as slowly as before anything is known. */
  #keepBack(): void {
    const level = Math.min(this.#level, 0, 1 - this.#perSecond / FIRST_RATE);
    this.#keptBack += this.#level - level;
    this.#level = level;
  }

  #endProbing(now: number): void {
    this.#isProbing = false;
    this.#refill(now);
    this.#level = Math.min(this.#share, this.#level + this.#keptBack);
    this.#keptBack = 0;
  }

  get #isLimit(): boolean {
    return this.#perSecond < this.#stated;
  }

  get #share(): number {
    return Math.max(1, Math.ceil(this.#perSecond));
  }

  #setRate(perSecond: number): void {
    this.#perSecond = Math.min(perSecond, this.#stated);
    this.#window.max = this.#share;
  }

  #refill(now: number): void {
    if (now > this.#levelAt)
      this.#level = Math.min(this.#share, this.#level + ((now - this.#levelAt) * this.#perSecond) / SECOND);
    if (!(now <= this.#levelAt)) this.#levelAt = now;
  }
}
