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
import {FailureRuns, type Run} from '../failure-runs.ts';
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
/** What is asked for is measured over some five seconds. */
const DEMAND_MS = 5000;
/** So many attempts to spare, throughout a round trip, close the breaker. */
const ENOUGH = 4;
/** So many times as many attempts as a success takes are let through by one. */
const GROWTH = 2;

/** Without what is said of waiting, attempts do not wait. */
type Settings = Pick<AdaptivePolicy, 'failures' | 'minProbeMs' | 'maxProbeMs'> &
  Partial<Pick<AdaptivePolicy, 'maxWaitMs' | 'maxAgeMs' | 'queue'>>;

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
  /** The first attempt that is no probe any more. */
  #probesEnd = 0;
  /** A release that was given while the breaker was open before says nothing now. */
  #release: Release = {};
  #openedAt = 0;
  #lastProbeAt = -Infinity;
  #nextProbeAt = 0;
  /** Attempts that may begin besides, while the load returns. */
  #credits = 0;
  /** An attempt in flight while the load returns, and the fewest credits since it began. */
  #marker = 0;
  #fewest = 0;
  #inFlight = 0;
  /** Failures since the last success, and when the first of them ended. */
  failed = 0;
  #firstEndedAt = 0;
  /** Attempts that were asked for, in a second. */
  #demand = 0;
  #askedAt = 0;
  /** Where most attempts succeed, the last success; where few do, each moves it by its share. */
  #aliveAt = NaN;

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
    return this.#hasRoom(now) ? 0 : Math.max(1, this.#probeAt - now);
  }

  /** An attempt that comes while others wait goes to the end of the line. */
  refuses(at: number): boolean {
    return this.#state !== 'closed' && (this.#line.size > 0 || !this.#hasRoom(at));
  }

  admit(now: number, release: Release | null = null): Ticket | null {
    if (release !== this.#release) {
      if (!this.#hasRoom(now)) return null;
      this.#takeRoom(now);
      this.#asked(now);
    }
    return this.begin(now);
  }

  /** An attempt begins, whether or not it should. */
  begin(now: number): number {
    if (Number.isNaN(this.#aliveAt)) this.#aliveAt = now;
    this.#inFlight++;
    this.#begun++;
    this.#fewest = this.#marker === 0 ? this.#credits : Math.min(this.#fewest, this.#credits);
    this.#marker ||= this.#begun;
    return this.#begun;
  }

  isProbe(ticket: Ticket): boolean {
    return typeof ticket === 'number' && ticket >= this.#counted && ticket < this.#probesEnd;
  }

  record(ticket: Ticket, health: Health, now: number, beganAt: number): void {
    if (typeof ticket !== 'number' || ticket < this.#counted) return;
    this.#inFlight--;
    if (health === 'success') this.#succeeded(ticket, now);
    else this.#ended(ticket, health === 'failure' ? 1 : 0, beganAt, now);
    if (ticket === this.#marker) this.#marker = 0;
    if (this.#state !== 'closed') this.#serve(now);
  }

  bodyBroke(ticket: Ticket, now: number, beganAt: number): void {
    if (typeof ticket === 'number' && ticket >= this.#counted) this.#ended(ticket, 1, beganAt, now);
  }

  // What ends of attempts say.

  #succeeded(number: number, now: number): void {
    this.#runs.endedAfter(this.failed);
    this.failed = 0;
    this.#aliveAt += (now - this.#aliveAt) / this.#runs.attemptsPerSuccess;
    if (this.#state === 'closed') return;
    if (this.#state === 'open') this.#change('half-open');
    this.#credits += GROWTH * this.#runs.attemptsPerSuccess;
    this.#serve(now);
    // Throughout a round trip more might have passed than came.
    if (number === this.#marker && this.#fewest >= ENOUGH && this.#line.size === 0) this.#change('closed');
  }

  #ended(number: number, failures: 0 | 1, beganAt: number, now: number): void {
    if (failures === 1 && this.failed++ === 0) this.#firstEndedAt = now;
    if (failures === 0 && this.#state === 'half-open') this.#credits++;
    const run = this.#runs.add(number, beganAt, failures);
    const {longRun} = this.#runs;
    if (this.#state === 'half-open') {
      // A server that has just begun to answer gets less patience.
      if (run.failures >= Math.min(longRun, 3 + longRun / 2)) this.#change('open');
    } else if (run.failures >= longRun && this.#isSeveralEvents(run)) this.open(now);
  }

  #isSeveralEvents({firstBeganAt, lastBeganAt}: Run): boolean {
    return lastBeganAt - firstBeganAt >= ONE_EVENT_MS || lastBeganAt >= this.#firstEndedAt;
  }

  /** An outage was noticed, here or by another process. */
  open(now: number): void {
    if (this.#state !== 'closed') return;
    this.#openedAt = now;
    this.#change('open');
    this.#nextProbeAt = now + this.#gapMs(now);
  }

  /** A probe succeeded, here or in another process: the load returns. */
  recover(now: number): void {
    if (this.#state !== 'open') return;
    this.#change('half-open');
    this.#credits = GROWTH * this.#runs.attemptsPerSuccess;
    this.#serve(now);
  }

  /** How far apart probes may be for what is asked for here; and how long one in flight is waited for. */
  get probing(): {readonly longestMs: number; readonly patienceMs: number} {
    const longestMs = probeGapMs(this.#policy, Infinity, this.#demandMs);
    return {longestMs, patienceMs: Math.min(PATIENCE_MS, this.#demandMs / PROBES_BESIDE_ONE)};
  }

  // What is let through.

  #hasRoom(now: number): boolean {
    return this.#state === 'closed' || this.#credits >= 1 || now >= this.#probeAt;
  }

  get #probeAt(): number {
    if (this.#inFlight === 0) return this.#nextProbeAt;
    return Math.max(this.#nextProbeAt, this.#lastProbeAt + this.probing.patienceMs);
  }

  #takeRoom(now: number): void {
    if (this.#state === 'closed') return;
    if (this.#credits >= 1) this.#credits--;
    else {
      this.#lastProbeAt = now;
      this.#nextProbeAt = now + this.#gapMs(now);
    }
  }

  #gapMs(now: number): number {
    const spread = 1 - GAP_SPREAD + 2 * GAP_SPREAD * this.#random();
    return probeGapMs(this.#policy, now - this.#openedAt, this.#demandMs) * spread;
  }

  /** The mean time between two attempts that are asked for. */
  get #demandMs(): number {
    return 1000 / Math.max(this.#demand, 1e-3);
  }

  #asked(now: number): void {
    this.#demand = this.#demand * Math.exp((this.#askedAt - now) / DEMAND_MS) + 1000 / DEMAND_MS;
    this.#askedAt = now;
  }

  #change(to: BreakerState): void {
    const from = this.#state;
    this.#state = to;
    if (from !== 'half-open') {
      // What hung before says nothing of what comes.
      this.#counted = this.#begun + 1;
      this.#inFlight = 0;
      this.#marker = 0;
    }
    if (to === 'open') {
      this.#credits = 0;
      this.#release = {};
      this.#probesEnd = Infinity;
    } else if (from === 'open') this.#probesEnd = this.#begun + 1;
    if (from !== to) this.#runs.clear();
    this.onChange?.(from, to);
  }

  // The line.

  waitableMs({startedAt, waitedForRecoveryMs}: WaitingCall): number {
    const {maxWaitMs = 0, maxAgeMs, queue = 0} = this.#policy;
    const isOld = this.#state === 'open' && startedAt - this.#aliveAt > (maxAgeMs ?? Infinity);
    return isOld || this.#line.size >= queue ? 0 : maxWaitMs - waitedForRecoveryMs;
  }

  get holdsRetries(): boolean {
    return this.#state === 'open' && (this.#policy.maxWaitMs ?? 0) > 0;
  }

  refused(now: number): void {
    this.#asked(now);
  }

  join(waiter: RecoveryWaiter, now: number): void {
    this.#asked(now);
    this.#line.add(waiter);
    if (this.#clock === null) this.#arm(now);
  }

  leave(waiter: RecoveryWaiter): void {
    if (!this.#line.has(waiter)) return;
    this.#line.remove(waiter);
    if (this.#line.size === 0) this.#disarm();
  }

  #serve(now: number): void {
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      for (let first = this.#line.first; first !== null && this.#hasRoom(now); first = this.#line.first) {
        this.#takeRoom(now);
        this.#line.remove(first);
        first.released(this.#release);
      }
    } finally {
      this.#isServing = false;
    }
    this.#arm(now);
  }

  #arm(now: number): void {
    const {first} = this.#line;
    this.#disarm();
    if (first === null) return;
    this.#clock = first.clock;
    // Without the timer, the waiters leave by their own.
    quietly(() => first.clock.arm(this.#timer, Math.max(1, Math.min(1000, this.#probeAt - now)), now));
  }

  #disarm(): void {
    if (this.#clock !== null) quietly(() => this.#clock!.disarm(this.#timer));
    this.#clock = null;
  }
}
