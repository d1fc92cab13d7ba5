/**
 * The rate at which a server admits requests, learned from its answers: additive increase, multiplicative decrease. While calls wait, each
 * admitted attempt raises the rate a little; a throttled one lowers it by a share. So clients that share a quota converge to equal shares.
 *
 * @see D.-M. Chiu, R. Jain, "Analysis of the increase and decrease algorithms for congestion avoidance" (1989)
 */
import {QuotaWindow} from './quota-window.ts';

const SECOND = 1000;
/** One request a minute. */
const LOWEST_RATE = 1 / 60;
/** Requests a second, while the server is probed. */
const PROBING_RATE = 10;
/** Added to the rate by a second in which the server admits as many requests as the rate allows. */
const INCREASE = 1;
/**
 * Below this rate, each admitted attempt raises the rate by a share of it, because a second more would exceed a quota of a few a minute at once. Such
 * steps do not bring clients to equal shares, so they end early.
 */
const SLOWLY_RAISED = 0.5;
const SLOW_INCREASE = 0.1;
/** An outage in which every answer is throttled lowers the rate to this share of what the server admitted before, and no further. */
const LOWEST_SHARE = 1 / 60;
/** A throttled answer multiplies the rate by this. */
const DECREASE = 0.82;
/** A throttled answer lowers the rate to this multiple of the admitted rate, if that is less, but never below half of the rate. */
const ABOVE_ADMITTED = 1.2;
/**
 * Up to this rate, the rate is not lowered below half of what the server admitted in the last minute. Vendors count by the minute: once
 * its share is used up, a server throttles everything until the minute is over, and then admits as much again.
 */
const SLOW_RATE = 1;
const MINUTE = 60_000;
/** While there is no limit, this share of throttled attempts sets none: some servers refuse a few at any rate. */
const TOLERATED_RATIO = 0.1;
/** Nor do fewer throttled attempts than this, while others are admitted. */
const FEW = 3;
/** The time in which these attempts are counted. */
const RECENT_MS = 10_000;
/** Slots of the windows that only estimate. */
const COARSE = 50;

export class LearnedRate {
  /** Requests a second that the policy states; the learned rate stays below. Infinity if the policy states none. */
  readonly #stated: number;
  #perSecond: number;
  #isStarting: boolean;
  /** Requests that may be sent at once: they accumulate while nothing is sent, up to those of one second. */
  #level: number;
  #levelAt = NaN;
  /** No second has more requests than the rate allows, whatever has accumulated. */
  readonly #window: QuotaWindow;
  readonly #recentlyAdmitted = new QuotaWindow(Infinity, RECENT_MS, COARSE);
  readonly #recentlyThrottled = new QuotaWindow(Infinity, RECENT_MS, COARSE);
  readonly #admittedInMinute = new QuotaWindow(Infinity, MINUTE, COARSE);
  /** When a throttled answer last counted. */
  #throttledAt = -Infinity;
  #heldUntil = -Infinity;
  /**
   * The first attempts after a hold were throttled: others had used the quota up. Requests that accumulate from then on are kept back until an
   * attempt is admitted, else those of one second would be refused at once.
   */
  #isProbing = false;
  #keptBack = 0;
  /** Requests admitted since `#since`: when the rate was lowered, or the first attempt sent. */
  #admittedSince = 0;
  #since = NaN;
  /** Requests a second that the server admitted in the minute before the rate was last lowered, of the last such minute in which it admitted any. */
  #proven = 0;
  /** Nothing was admitted for a minute. Below half of the proven rate, each admitted attempt then doubles the rate. */
  #isOut = false;

  /**
   * @param stated Requests a second that the policy states; Infinity: none.
   * @param start  The first rate, where none is stated. It doubles each second until the first throttled answer. Infinity: no limit
   *   before that.
   */
  constructor(stated: number, start: number) {
    this.#stated = stated;
    this.#isStarting = stated === Infinity;
    this.#perSecond = this.#isStarting ? start : stated;
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
   * @param sentAt     When the attempt was sent.
   * @param isLimiting Whether calls wait, or were refused. Only then does the answer show that the server may admit more.
   */
  admitted(sentAt: number, isLimiting: boolean, now: number): void {
    this.#admittedSince++;
    this.#admittedInMinute.take(1, now);
    if (this.#perSecond === Infinity) this.#recentlyAdmitted.take(1, now);
    if (this.#isProbing && sentAt > this.#throttledAt) this.#endProbing(now);
    if (!isLimiting || !this.#isLimit) return;
    this.#refill(now);
    this.#setRate(this.#perSecond + this.#increase);
  }

  /**
   * Lowers the rate, once for all attempts that were in flight together. If nothing was admitted since a hold, the rate stays: the hold ended
   * when others had used the quota up, which says nothing about this rate. Otherwise a client that returns later than the others, time after
   * time, would lose its share to them.
   *
   * @param sentAt When the throttled attempt was sent.
   */
  throttled(sentAt: number, now: number): void {
    this.#recentlyThrottled.take(1, now);
    if (this.#perSecond === Infinity) {
      if (this.#isTolerable(now)) return;
      this.#setRate(this.#sentPerSecond(now));
    }
    this.#refill(now);
    this.#level = Math.min(this.#level, 0);
    this.#keptBack = 0;
    if (sentAt <= this.#throttledAt) return;
    if (this.#admittedSince === 0 && this.#heldUntil > this.#throttledAt) this.#isProbing = true;
    else this.#lower(now);
    this.#throttledAt = now;
  }

  /** Nothing is sent until then. */
  held(until: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  #lower(now: number): void {
    const admitted = this.#admittedInMinute.used(now);
    if (this.#admittedSince > 0) this.#proven = (admitted / MINUTE) * SECOND;
    this.#isOut = admitted === 0;
    this.#setRate(this.#loweredRate(now));
    this.#isStarting = false;
    this.#since = now;
    this.#admittedSince = 0;
  }

  /** While probing, attempts follow each other slowly. */
  #keepBack(): void {
    const level = Math.min(this.#level, 0, 1 - this.#perSecond / PROBING_RATE);
    this.#keptBack += this.#level - level;
    this.#level = level;
  }

  #endProbing(now: number): void {
    this.#isProbing = false;
    this.#refill(now);
    this.#level = Math.min(this.#share, this.#level + this.#keptBack);
    this.#keptBack = 0;
  }

  /** What an admitted attempt adds to the rate. */
  get #increase(): number {
    if (this.#isStarting) return 1;
    if (this.#isOut && this.#perSecond < this.#proven / 2) return this.#perSecond;
    return this.#perSecond < SLOWLY_RAISED ? this.#perSecond * SLOW_INCREASE : INCREASE / this.#perSecond;
  }

  /** Whether a throttled answer sets no limit yet. */
  #isTolerable(now: number): boolean {
    const throttled = this.#recentlyThrottled.used(now);
    const admitted = this.#recentlyAdmitted.used(now);
    if (throttled <= (throttled + admitted) * TOLERATED_RATIO) return true;
    return throttled < FEW && (admitted > 0 || now - this.#since < RECENT_MS);
  }

  /** Requests sent in the last second, or the rate since the first attempt if that is less than a second ago. */
  #sentPerSecond(now: number): number {
    const sinceMs = Math.min(SECOND, Math.max(1, now - this.#since));
    return Math.max(1, (this.#window.used(now) / sinceMs) * SECOND);
  }

  #loweredRate(now: number): number {
    const sinceMs = now - this.#since;
    const admittedRate = sinceMs > 0 ? (this.#admittedSince / sinceMs) * SECOND : 0;
    const lowered = Math.min(this.#perSecond * DECREASE, admittedRate * ABOVE_ADMITTED);
    const slow = Math.min(SLOW_RATE, this.#perSecond, (this.#admittedInMinute.used(now) / MINUTE / 2) * SECOND);
    return Math.max(LOWEST_RATE, this.#proven * LOWEST_SHARE, slow, this.#perSecond / 2, lowered);
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
    if (this.#perSecond === Infinity) return;
    if (now > this.#levelAt)
      this.#level = Math.min(this.#share, this.#level + ((now - this.#levelAt) * this.#perSecond) / SECOND);
    if (!(now <= this.#levelAt)) this.#levelAt = now;
  }
}
