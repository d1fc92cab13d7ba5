/**
 * A race: one attempt, and a second one if the first is slow.
 *
 * Only a slow attempt starts a hedge; a failed one waits its backoff like any other. The first answer that is not
 * transient wins; with none of those, the last failure counts. Losers are aborted, the winner keeps its own signal.
 */
import type {Outcome} from '../core/outcome.ts';
import {Timer} from '../core/timer.ts';
import type {Verdict} from '../decide/verdict.ts';
import {type Assessable, type Assessor, assess} from './assess.ts';
import type {Attempt, AttemptOwner} from './attempt.ts';
import {hedgeOf, whenHedgeable} from './hedge.ts';
import {tellHedged, tellSuperseded} from './notify.ts';
import {runAll, step} from './wait.ts';

/** A call that can race: it is told the verdict on the winner, as if there had been one attempt. */
export interface Racing extends Assessable, Assessor {}

export class Race extends Timer implements AttemptOwner, Assessor {
  readonly #call: Racing;
  readonly #running = new Set<Attempt>();
  readonly #first: Attempt;
  /** The hedge. */
  #second: Attempt | null = null;
  #unassessed = 0;
  #isOver = false;

  constructor(call: Racing, first: Attempt) {
    super();
    this.#call = call;
    this.#first = first;
  }

  start(now: number): void {
    this.#running.add(this.#first);
    const delayMs = this.#call.guards.hedge?.delayMs();
    if (delayMs !== undefined) this.#call.engine.clock.arm(this, delayMs, now);
    this.#first.start(this, now);
  }

  static {
    Race.prototype.waitsForSockets = true;
  }

  /** The first attempt is slow. */
  fire(): void {
    step(this.#call, () => whenHedgeable(this.#call, () => this.#hedge()));
  }

  #hedge(): void {
    const call = this.#call;
    if (this.#isOver || !this.#running.has(this.#first)) return;
    const hedge = hedgeOf(call, this.#first);
    if (hedge === null) return;
    this.#second = hedge;
    this.#running.add(hedge);
    call.attempts++;
    call.hedges++;
    tellHedged(call, call.guards.hedge!.delayMs()!); // Known, or the first attempt would not have been slow.
    hedge.start(this, call.engine.clock.now());
  }

  get reachedWire(): boolean {
    return this.#first.reachedWire;
  }

  settled(attempt: Attempt, outcome: Outcome): void {
    this.#running.delete(attempt);
    this.#call.engine.clock.disarm(this);
    this.#unassessed++;
    assess(this.#call, attempt, outcome, this);
  }

  /** A step of the call threw. */
  abandon(reason: unknown): void {
    this.#isOver = true;
    runAll(
      () => this.#call.engine.clock.disarm(this),
      () => this.#first.abandon(reason),
      () => this.#second?.abandon(reason),
    );
  }

  assessed(attempt: Attempt, outcome: Outcome, verdict: Verdict, now: number): void {
    this.#unassessed--;
    const isLast = this.#running.size === 0 && this.#unassessed === 0;
    // With two failures the last one counts, so the first need not hold its connection.
    if (this.#isOver || (verdict.transient && !isLast)) {
      this.#call.drop(attempt, outcome);
      return;
    }
    this.#isOver = true;
    this.#supersedeOthers(now);
    this.#call.assessed(attempt, outcome, verdict, now);
  }

  #supersedeOthers(now: number): void {
    for (const loser of this.#running) {
      loser.supersede();
      loser.report('nothing', now);
      tellSuperseded(this.#call, loser, now);
    }
  }
}
