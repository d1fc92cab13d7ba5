/**
 * The adaptive breaker: opens after a run of failures that chance does not explain, keeps probing, and lets the load return step by step.
 *
 * A share of failures in a window shows an outage late, where the window is full of successes. A run of failures shows it after eight attempts,
 * unless runs of that length are usual there. While the breaker is open, a probe goes out now and then, one at a time. Each success of a probe lets two
 * attempts through, or as many as a success takes, which doubles the load in each round trip until more may pass than come.
 *
 * Calls that began while the outage was young wait in a line for its end, and leave it as the load returns.
 */
import type {BreakerState} from '../../core/call-view.ts';
import {quietly} from '../../core/quietly.ts';
import type {Random} from '../../core/random.ts';
import {AnswerTimer, type Clock, type Timer} from '../../core/timer.ts';
import {probeGapMs} from '../../policy/trip-rule.ts';
import type {AdaptiveBreaker as AdaptivePolicy} from '../../policy/types.ts';
import type {CircuitBreaker, Ticket} from '../breaker.ts';
import {FailureRuns} from '../failure-runs.ts';
import {LinkedQueue} from '../linked-queue.ts';
import type {ProbeLeases, RecoveryLine, RecoveryWaiter, Release, WaitingCall} from '../recovery-line.ts';
import type {Health} from '../trip.ts';

/** Attempts that began within less may have lost one connection together. */
const ONE_EVENT_MS = 100;
/** Give or take so much of the time between two probes. */
const GAP_SPREAD = 0.2;
/** Probes beside one in flight are at most so large a share of what is asked for. */
const PROBES_BESIDE_ONE = 1 / 20;
/** So long a probe in flight is waited for before the next one. */
const PATIENCE_MS = 4000;
/** So long without an attempt is silence. */
const SILENCE_MS = 5000;
/** A time without attempts is a silence if it is longer than a failure and this many mean times between two attempts. */
const UNUSUAL = 5;
/** What is asked for is measured over some five seconds. */
const DEMAND_MS = 5000;
/** So many attempts to spare, because fewer come, close the breaker. */
const ENOUGH = 10;
/**
 * A success lets two more through, or as many as two successes take; and more where a round trip takes longer than this, so that the load
 * doubles in this time: by round trips of 2 s, its return would outlast the wait of a call.
 */
const DOUBLING_MS = 300;
/**
 * If failures come far sooner than answers, an attempt that has not failed after so many times the time of a failure will succeed, and as
 * many as are in flight may begin besides.
 */
const OUTLIVES = 4;
const OUTLIVES_MS = 100;
/**
 * How long a success is assumed to take before the first one: a model that has just been loaded answers after seconds. The time that calls
 * wait in the line is subtracted, because calls that wait for long can wait for the first success itself.
 */
const FIRST_SUCCESS_MS = 8000;
/** The longest failure counts for so much less with each further one. */
const FADES = 7 / 8;
/** If a part of the requests fails, probes succeed again and again and the breaker does not close: the mean length of runs rises so fast. */
const PROBE_RISE = 1 / 4;
/** While the load returns, so many times as much as is asked for, so that a long line does not drown the server; so much of it may come at once. */
const PACE = 2;
const BURST_MS = 100;

type Settings = Pick<AdaptivePolicy, 'failures' | 'minProbeMs' | 'maxProbeMs' | 'maxWaitMs'> &
  Partial<Pick<AdaptivePolicy, 'maxAgeMs' | 'queue'>>;

export class AdaptiveBreaker implements CircuitBreaker, RecoveryLine {
  readonly guarded: string;
  onChange: ((from: BreakerState, to: BreakerState) => void) | null = null;
  readonly leases: ProbeLeases | null = null;
  readonly #policy: Settings;
  readonly #random: Random;
  readonly #runs: FailureRuns;
  readonly #line = new LinkedQueue<RecoveryWaiter>();
  readonly #timer: Timer = new AnswerTimer(() => quietly(() => this.#serve(this.#clock!.now())));
  /** The clock on which the timer is armed: that of a waiter. */
  #clock: Clock | null = null;
  #isServing = false;

  #state: BreakerState = 'closed';
  /** The number of the attempt that began last. */
  #begun = 0;
  /** Attempts with smaller numbers concern a state before, and change nothing. */
  #counted = 1;
  /** A release that was given while the breaker was open before says nothing now. */
  #release: Release = {};
  #openedAt = 0;
  #lastProbeAt = -Infinity;
  #nextProbeAt = 0;
  /** Attempts that may begin besides, while the load returns. */
  #credits = 0;
  #inFlight = 0;
  /** Failures since the last success, and when the first of them began and ended. */
  failed = 0;
  #firstBeganAt = 0;
  #firstEndedAt = 0;
  /** Attempts that were asked for in the last `DEMAND_MS`. Never 0, so that the mean time between two is a number. */
  #demand = 1e-3;
  #askedAt = 0;
  /** The share of `DEMAND_MS` that lies before the first attempt. It begins below 1: the first attempts would seem to be thousands in a second. */
  #unseen = 0.8;
  /** How long successes take while the breaker is closed; 0 before the first one. */
  #usualMs = 0;
  /** How long failures take: the longest, which fades with each further one. */
  #failedMs = 0;
  /** When the first attempt since the last failure began; 0 if what is in flight has been taken for success. */
  #pendingAt = 0;
  /** An attempt has succeeded since the breaker was closed. */
  #isAlive = false;
  /** When the next attempt of the returning load may begin. */
  #pacedAt = 0;
  /** The first attempt; then, where most attempts succeed, the last success; where few do, each moves it by its share. */
  #aliveAt = Infinity;
  /** False from a silence until an attempt fails: calls wait then, however old the outage is. */
  #isKnown = true;

  /** @param random Spreads the probes of clients. */
  constructor(policy: Settings, guarded: string, random: Random) {
    this.#policy = policy;
    this.guarded = guarded;
    this.#random = random;
    this.#runs = new FailureRuns(policy.failures);
  }

  state(): BreakerState {
    return this.#state;
  }

  get line(): RecoveryLine {
    return this;
  }

  get waiting(): number {
    return this.#line.size;
  }

  retryAfterMs(now: number): number {
    return this.#hasRoom(now) ? 0 : this.#roomAt - now;
  }

  /** An attempt that comes while others wait joins the line. */
  refuses(at: number): boolean {
    return this.#state !== 'closed' && (this.#line.size > 0 || !this.#hasRoom(at));
  }

  admit(now: number, release: Release | null = null): Ticket | null {
    if (release !== this.#release) {
      if (!this.#hasRoom(now)) return null;
      this.#takeRoom(now);
      this.asked(now);
    }
    return this.begin(now);
  }

  /** An attempt begins, whether or not it should. */
  begin(now: number): number {
    this.#aliveAt = Math.min(this.#aliveAt, now);
    this.#inFlight++;
    this.#pendingAt ||= now;
    return ++this.#begun;
  }

  record(ticket: Ticket, health: Health, now: number, beganAt: number): void {
    if (typeof ticket !== 'number' || ticket < this.#counted) return;
    this.#inFlight--;
    if (health === 'success') this.#succeeded(ticket, now - beganAt, now);
    else this.#ended(ticket, health === 'failure' ? 1 : 0, beganAt, now);
    this.#serve(now);
  }

  bodyBroke(ticket: Ticket, now: number): void {
    if (typeof ticket !== 'number' || ticket < this.#counted) return;
    if (this.#runs.add(ticket, 1) >= this.#runs.longRun) this.open(now);
  }

  // What ends of attempts say.

  #succeeded(number: number, tookMs: number, now: number): void {
    const isClosed = this.#state === 'closed';
    // Quick failures of an outage end among successes that began before it.
    const failed = isClosed && this.#failedMs < this.#usualMs ? this.#runs.before(number) : this.failed;
    this.#runs.endedAfter(failed, !isClosed && this.#isAlive ? PROBE_RISE : undefined);
    this.failed = 0;
    this.#isAlive = !isClosed;
    this.#aliveAt += (now - this.#aliveAt) / this.#runs.attemptsPerSuccess;
    if (isClosed) {
      this.#usualMs += (tookMs - this.#usualMs) / (this.#usualMs === 0 ? 1 : 64);
      return;
    }
    this.grow(Math.max(this.#usualMs, tookMs), now);
    if (this.#credits >= ENOUGH && this.#line.size === 0) this.#change('closed');
  }

  #ended(number: number, failures: 0 | 1, beganAt: number, now: number): void {
    if (failures === 0)
      this.#credits++; // It leaves its room to another.
    else {
      if (this.failed++ === 0) {
        this.#firstBeganAt = beganAt;
        this.#firstEndedAt = now;
      }
      this.#failedMs = Math.max(now - beganAt, this.#failedMs * FADES);
      this.#pendingAt = 0;
    }
    const isLong = this.#runs.add(number, failures) >= this.#runs.longRun;
    if (isLong && (this.#state === 'half-open' || this.#isSeveralEvents(beganAt))) this.open(now);
    if (failures === 1 && this.#state === 'open') this.#goesOn();
  }

  /** The outage goes on after a silence: who waited to know that asks again, and waits on where the outage is young. */
  #goesOn(): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    for (let left = this.#line.size; left > 0; left--) {
      const waiter = this.#line.first!;
      this.#line.remove(waiter);
      waiter.released(null);
    }
  }

  /** An attempt that began once the first failure was seen has not lost the same connection. */
  #isSeveralEvents(beganAt: number): boolean {
    return beganAt >= this.#firstEndedAt || beganAt - this.#firstBeganAt >= ONE_EVENT_MS;
  }

  /** An outage was noticed, here or by another process. */
  open(now: number): void {
    if (this.#state === 'open') return;
    if (this.#state === 'closed') this.#forget();
    this.#openedAt = now;
    this.#change('open');
    this.#nextProbeAt = now + this.#gapMs(now);
  }

  /** An attempt succeeded, here or as the probe of another process: more load returns. */
  grow(roundTripMs: number, now: number): void {
    if (this.#state === 'open') {
      this.#forget();
      this.#change('half-open');
    }
    this.#credits += (1 + 2 ** (roundTripMs / DOUBLING_MS)) * this.#runs.attemptsPerSuccess;
    this.#serve(now);
  }

  /** How long a probe in flight is waited for. */
  get patienceMs(): number {
    return Math.min(PATIENCE_MS, this.demandMs / PROBES_BESIDE_ONE);
  }

  // What is let through.

  /** When what is in flight will have outlived a failure. In a hang, no more is hoped for than is usually in flight. */
  get #outlivedAt(): number {
    const ms = Math.max(OUTLIVES_MS, OUTLIVES * this.#failedMs);
    const leastMs = Math.max(2 * ms, this.#inFlight * this.demandMs);
    const isHoped = leastMs < (this.#usualMs || FIRST_SUCCESS_MS - this.#policy.maxWaitMs);
    return isHoped && this.#inFlight * this.#pendingAt > 0 ? this.#pendingAt + ms : Infinity;
  }

  #hasRoom(now: number): boolean {
    return this.#state === 'closed' || now >= this.#roomAt;
  }

  /** When the next attempt may begin, as far as that is known. */
  get #roomAt(): number {
    const probeAt = Math.max(this.#nextProbeAt, this.#inFlight === 0 ? 0 : this.#lastProbeAt + this.patienceMs);
    return Math.min(probeAt, this.#credits >= 1 ? this.#pacedAt : Math.max(this.#pacedAt, this.#outlivedAt));
  }

  #takeRoom(now: number): void {
    if (this.#state === 'closed') return;
    if (this.#credits < 1 && now >= this.#outlivedAt) {
      this.#pendingAt = 0;
      if (this.#state === 'open') this.#change('half-open');
      this.#credits = this.#inFlight * this.#runs.attemptsPerSuccess;
    }
    if (this.#credits >= 1 && now >= this.#pacedAt) {
      this.#credits--;
      if (this.#policy.maxWaitMs) this.#pacedAt = Math.max(this.#pacedAt, now - BURST_MS) + this.demandMs / PACE;
    } else {
      this.#lastProbeAt = now;
      this.#nextProbeAt = now + this.#gapMs(now);
    }
  }

  #gapMs(now: number): number {
    const spread = 1 - GAP_SPREAD + 2 * GAP_SPREAD * this.#random();
    return probeGapMs(this.#policy, now - this.#openedAt, this.demandMs) * spread;
  }

  /** The mean time between two attempts that are asked for. */
  get demandMs(): number {
    return (DEMAND_MS * (1 - this.#unseen)) / this.#demand;
  }

  asked(now: number): void {
    const silentMs = now - (this.#askedAt || now);
    const fades = Math.exp(-silentMs / DEMAND_MS);
    if (silentMs > Math.max(SILENCE_MS, UNUSUAL * this.demandMs) + this.#failedMs) this.#isKnown = false;
    this.#demand = this.#demand * fades + 1;
    this.#unseen *= fades;
    this.#aliveAt += Math.max(0, silentMs - SILENCE_MS); // While nothing is asked for, no outage grows old.
    this.#askedAt = now;
  }

  #change(to: BreakerState): void {
    const from = this.#state;
    this.#state = to;
    if (to === 'open') {
      this.#credits = this.#pendingAt = 0;
      this.#release = {};
    }
    this.#runs.clear();
    this.onChange?.(from, to);
  }

  /** What hung before says nothing of what comes. */
  #forget(): void {
    this.#counted = this.#begun + 1;
    this.#inFlight = 0;
  }

  // The line.

  waitableMs({startedAt, recoveryMs}: WaitingCall): number {
    const {maxWaitMs, maxAgeMs, queue = 0} = this.#policy;
    const isOld = this.#isKnown && startedAt - this.#aliveAt > (maxAgeMs ?? Infinity);
    if (isOld || !maxWaitMs || this.#line.size >= queue) return 0;
    return maxWaitMs + this.#usualMs - recoveryMs; // Before the answer to a probe, no more is known.
  }

  join(waiter: RecoveryWaiter, now: number): void {
    this.asked(now);
    this.#line.add(waiter);
    if (this.#clock === null) this.#arm(now);
  }

  leave(waiter: RecoveryWaiter): void {
    if (!this.#line.has(waiter)) return;
    this.#line.remove(waiter);
    if (this.#line.size === 0) this.#arm(0);
  }

  #serve(now: number): void {
    if (this.#isServing || this.#line.size === 0) return;
    this.#isServing = true;
    try {
      // The newest first: it has most time left, and its caller is likely to wait still.
      for (let last = this.#line.last; last !== null && this.#hasRoom(now); last = this.#line.last) {
        this.#takeRoom(now);
        this.#line.remove(last);
        last.released(this.#release);
      }
    } finally {
      this.#isServing = false;
    }
    this.#arm(now);
  }

  /** Sets the timer of the first waiter, if there is one. If its clock throws, the waiters leave by their own timers. */
  #arm(now: number): void {
    quietly(() => {
      this.#clock?.disarm(this.#timer);
      this.#clock = this.#line.first?.clock ?? null;
      this.#clock?.arm(this.#timer, this.#roomAt - now, now);
    });
  }
}
