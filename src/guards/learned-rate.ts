/**
 * The rate at which a server admits requests, learned from its answers: additive increase, multiplicative decrease. While calls wait, each
 * admitted attempt raises the rate a little; a throttled one lowers it by a share. So clients that share a quota converge to equal shares.
 *
 * A server that names the wait says more: what it admitted from one pause to the end of the next is what it admits in such a time. As many
 * attempts go out after the next pause, and the rate is not above that.
 *
 * @see D.-M. Chiu, R. Jain, "Analysis of the increase and decrease algorithms for congestion avoidance" (1989)
 */
import {QuotaWindow} from './quota-window.ts';
import {RefusedAnyway} from './refused-anyway.ts';

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
/**
 * Once the pauses of the server have shown its rate, a rate that was refused a moment ago is refused again: it grows only after so many admitted
 * attempts, or after fewer and a minute. So does one below half a request a second. From then on each admitted attempt doubles it.
 */
const PATIENCE = 12;
const LATER_PATIENCE = 4;
/** What was learned is forgotten after so long without a refusal. */
const FORGOTTEN_MS = 300_000;
/** After a pause attempts follow each other by this multiple of the time that a refusal takes, so that few are under way when one comes. */
const SPACING = 1.5;
/** So many of them; after each further such number they follow at a multiple of that pace. */
const SPACED = 3;
/** A refusal comes sooner, for the most part. */
const LONG_REFUSAL_MS = 500;
/** Servers that count by the second name one, rounded up. */
const SHORT_PAUSE = 1100;
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
/** Windows of a second are over by then. */
const OUT_MS = 1800;
const REGAINED = 0.8;
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
  /** Null where the rate has a limit at first: there refusals may come from others that share the quota, and are needed. */
  readonly #anyway: RefusedAnyway | null;
  readonly #start: number;
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
  /** The pauses of a server that names them: when the last one ended, and what was sent and refused since. */
  #pauseEnded = NaN;
  #sentSince = 0;
  #refusedSince = 0;
  /** Attempts that the server admits one right after the other once a pause is over; 0 before the first one. */
  #perPause = 0;
  #turnBegan = -Infinity;
  #isUnsure = false;
  /** The next attempt goes alone, and the others after the time in which it would be refused. */
  #asks = false;
  #isFirstTurn = true;
  /** Attempts follow each other at a distance. */
  #isSpaced = false;
  /** It admits few, so that each refusal counts: what the pauses show is kept to. */
  #isSlow = false;
  /** A refusal came before so many were sent. */
  #wasCut = false;
  /** How many of these may still be sent in this turn, and when the next may. */
  #allowance = 0;
  #allowedAt = -Infinity;
  /** From a request to its refusal. */
  #refusalMs = 0;
  #admittedAt = -Infinity;
  /** Nothing was admitted for a while. Up to the proven rate, nearly, each admitted attempt then doubles the rate. */
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
    this.#start = this.#perSecond;
    this.#anyway = this.#perSecond === Infinity ? new RefusedAnyway() : null;
    this.#level = this.#perSecond;
    this.#window = new QuotaWindow(this.#share, SECOND);
  }

  /** Requests a second; undefined while only the policy's own limits apply. */
  get perSecond(): number | undefined {
    return this.#isLimit ? this.#perSecond : undefined;
  }

  /** The server's headers say that nothing is left. */
  isFull = false;

  /** None is stated, and none was learned. */
  get isUnlimited(): boolean {
    return this.#perSecond === Infinity;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  fits(now: number): boolean {
    return this.waitMs(1, now) === 0;
  }

  /** Milliseconds until the last of that many requests may be sent. */
  waitMs(requests: number, now: number): number {
    if (!this.#isLimit) return 0;
    this.#beginTurn(now);
    if (now - Math.max(this.#throttledAt, this.#turnBegan) > FORGOTTEN_MS && this.#perSecond < this.#start)
      this.#forget();
    const spacedMs = Math.max(0, this.#allowedAt - now);
    if (this.#allowance >= requests) return spacedMs + (requests - 1) * this.#spacingMs;
    this.#refill(now);
    const missing = requests - this.#allowance - this.#level;
    const savedMs = this.#isStarting && missing > 1 ? this.#startingMs(missing) : (missing / this.#perSecond) * SECOND;
    return Math.max(spacedMs, savedMs, this.#window.waitMs(Math.min(requests, 1), now));
  }

  /** Milliseconds until so many requests were sent, while the rate doubles each second. */
  #startingMs(requests: number): number {
    return Math.log2(1 + (requests * Math.LN2) / this.#perSecond) * SECOND;
  }

  take(now: number): void {
    this.#beginTurn(now);
    this.#refill(now);
    if (Number.isNaN(this.#since)) this.#since = now;
    if (Number.isNaN(this.#pauseEnded)) this.#pauseEnded = now;
    this.#sentSince++;
    if (this.#isSpaced)
      this.#allowedAt = now + (this.#asks ? Math.max(LONG_REFUSAL_MS, this.#refusalMs * 3) : this.#spacingMs);
    this.#asks = false;
    if (this.#allowance > 0) this.#allowance--;
    else this.#level--;
    if (this.#isProbing) this.#keepBack();
    this.#window.take(1, now);
  }

  /**
   * @param sentAt     When the attempt was sent.
   * @param isLimiting Whether calls wait, or were refused. Only then does the answer show that the server may admit more.
   */
  admitted(sentAt: number, isLimiting: boolean, now: number): void {
    this.#admittedSince++;
    this.#admittedAt = now;
    this.#anyway?.note(0, this.#perSecond);
    this.#admittedInMinute.take(1, now);
    if (this.#perSecond === Infinity) this.#recentlyAdmitted.take(1, now);
    if (this.#isProbing && sentAt > this.#throttledAt) this.#endProbing(now);
    if (!isLimiting || !this.#isLimit || this.isFull) return;
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
    this.#refusalMs = now - sentAt;
    if (sentAt >= this.#pauseEnded) this.#refusedSince++;
    this.#anyway?.note(1, this.#perSecond);
    if (this.#allowance > 0) this.#wasCut = true;
    this.#allowance = 0;
    if (this.#perSecond === Infinity) {
      if (this.#isTolerable(now)) return;
      this.#setRate(this.#sentPerSecond(now));
    }
    this.#refill(now);
    this.#level = Math.min(this.#level, 0);
    this.#keptBack = 0;
    if (sentAt <= this.#throttledAt) return;
    const anyway = this.#anyway?.rateOf(this.#perSecond, this.#admittedSince, now) ?? null;
    if (anyway !== null) return this.#setRate(anyway);
    if (this.#admittedSince === 0 && this.#heldUntil > this.#throttledAt) this.#isProbing = true;
    else this.#lower(now);
    this.#throttledAt = now;
  }

  /**
   * Nothing is sent until then.
   *
   * @param isSure False: it may be the pause of one attempt alone, so the rate learns nothing from it.
   */
  held(until: number, isSure: boolean): void {
    if (until <= this.#heldUntil) return;
    this.#heldUntil = until;
    this.#isUnsure = !isSure;
  }

  /** The pause that the server asked for is over. */
  #beginTurn(now: number): void {
    if (!(this.#heldUntil > this.#turnBegan && now >= this.#heldUntil)) return;
    this.#turnBegan = this.#heldUntil;
    this.#allowedAt = now;
    if (this.#isUnsure) {
      this.#isSpaced = true;
      this.#asks = true;
      return;
    }
    if (this.#refusedSince === 0) {
      // The headers of an answer asked for it: the next request fits, and not all that wait.
      this.#refill(now);
      this.#level = Math.min(this.#level, 1);
      return;
    }
    const admitted = this.#sentSince - this.#refusedSince;
    const perSecond = (admitted / (this.#heldUntil - this.#pauseEnded)) * SECOND;
    this.#isStarting = false;
    // What was sent before the first pause shows little: a bucket was full then. After a short one there is little to lose.
    this.#isSpaced = this.#isSlow || (this.#isFirstTurn && this.#heldUntil - this.#throttledAt > SHORT_PAUSE);
    this.#isFirstTurn = false;
    if (admitted > 0) this.#isSlow = perSecond <= SLOW_RATE;
    if (this.#isSlow && this.#isLimit) {
      const isFewer = this.#wasCut || admitted < this.#perPause || this.#perPause === 0;
      if (admitted > 0 && isFewer) this.#perPause = admitted;
      if (admitted > 0) this.#setRate(Math.min(this.#perSecond, Math.max(LOWEST_RATE, perSecond)));
      this.#allowance = Math.max(1, this.#perPause);
      this.#refill(now);
      this.#level = Math.min(this.#level, 0);
    }
    this.#pauseEnded = this.#heldUntil;
    this.#sentSince = 0;
    this.#refusedSince = 0;
    this.#wasCut = false;
  }

  /** As in the beginning. */
  #forget(): void {
    this.#setRate(this.#start);
    this.#isStarting = this.#stated === Infinity;
    this.#isSlow = false;
    this.#isSpaced = false;
    this.#isFirstTurn = true;
    this.#perPause = 0;
    this.#allowance = 0;
  }

  get #spacingMs(): number {
    return (this.#refusalMs * SPACING) / (1 + Math.floor(this.#sentSince / SPACED));
  }

  #lower(now: number): void {
    const admitted = this.#admittedInMinute.used(now);
    if (this.#admittedSince > 0) this.#proven = (admitted / MINUTE) * SECOND;
    this.#isOut = admitted === 0 || (this.#perSecond > SLOW_RATE && now - this.#admittedAt > OUT_MS);
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
    if (this.#isOut && this.#perSecond < this.#proven * REGAINED) return this.#perSecond;
    const fast = INCREASE / this.#perSecond;
    if (!this.#isSlow && this.#perSecond >= SLOWLY_RAISED) return fast;
    const isLater = this.#admittedAt - Math.max(this.#throttledAt, this.#turnBegan) > MINUTE;
    if (this.#admittedSince >= (isLater ? LATER_PATIENCE : PATIENCE)) return Math.min(fast, this.#perSecond);
    return this.#isSlow ? 0 : this.#perSecond * SLOW_INCREASE;
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
