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
import {tellSuperseded} from './tell.ts';

/** A call that can race: it is told the verdict on the winner, as if there had been one attempt. */
export interface Racing extends Assessable, Assessor {}

export class Race extends Timer implements AttemptOwner, Assessor {
  readonly #call: Racing;
  readonly #running = new Set<Attempt>();
  #first: Attempt | null = null;
  /** A transient outcome that is the race's result if the other attempt does no better. */
  #fallback: {attempt: Attempt; outcome: Outcome; verdict: Verdict} | null = null;
  #unassessed = 0;
  #isOver = false;

  constructor(call: Racing) {
    super();
    this.#call = call;
  }

  start(first: Attempt, now: number): void {
    this.#first = first;
    const delayMs = this.#call.guards.hedge?.delayMs();
    if (delayMs !== undefined) this.#call.engine.clock.arm(this, delayMs, now);
    this.#run(first, now);
  }

  /** The first attempt is slow. */
  fire(): void {
    whenHedgeable(this.#call, () => {
      if (this.#isOver || !this.#running.has(this.#first!)) return;
      const hedge = hedgeOf(this.#call, this.#first!, this);
      if (hedge !== null) this.#run(hedge, this.#call.engine.clock.now());
    });
  }

  settled(attempt: Attempt, outcome: Outcome): void {
    this.#running.delete(attempt);
    this.#call.engine.clock.disarm(this);
    this.#unassessed++;
    assess(this.#call, attempt, outcome, this);
  }

  #run(attempt: Attempt, now: number): void {
    this.#running.add(attempt);
    attempt.start(now);
  }

  assessed(attempt: Attempt, outcome: Outcome, verdict: Verdict, now: number): void {
    this.#unassessed--;
    if (this.#isOver) {
      this.#call.drop(attempt, outcome);
      return;
    }
    const isLast = this.#running.size === 0 && this.#unassessed === 0;
    if (verdict.transient && !isLast) {
      this.#replaceFallback({attempt, outcome, verdict});
      return;
    }
    this.#isOver = true;
    this.#replaceFallback(null);
    this.#supersedeOthers(now);
    this.#call.assessed(attempt, outcome, verdict, now);
  }

  #supersedeOthers(now: number): void {
    for (const loser of this.#running) {
      loser.supersede();
      this.#call.guards.breaker?.record(loser.epoch, 'nothing', now);
      tellSuperseded(this.#call, loser, now);
    }
  }

  #replaceFallback(next: {attempt: Attempt; outcome: Outcome; verdict: Verdict} | null): void {
    if (this.#fallback !== null) this.#call.drop(this.#fallback.attempt, this.#fallback.outcome);
    this.#fallback = next;
  }
}
