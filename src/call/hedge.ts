/**
 * A hedged send: one attempt, and a second one beside it if the first is slow.
 *
 * Only a slow attempt starts a hedge; a failed one waits its backoff like any other. The first answer that is not
 * transient wins, of the hedge only a success, or what is final: the first attempt may still succeed. With none of those, the last failure counts. Losers are aborted, the winner keeps its own signal.
 */
import {isPromise} from '../core/awaitable.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {Timer} from '../core/timer.ts';
import {SUCCESS} from '../decide/classification.ts';
import {type Ticket, UNGUARDED} from '../guards/breaker.ts';
import {REFUSED, type Receipt} from '../guards/budget.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {type Assessed, assess} from './assess.ts';
import {Attempt, type AttemptOwner} from './attempt.ts';
import type {CallContext, CallFacts} from './context.ts';
import {failedHandshake} from './failed-handshake.ts';
import {moveTo} from './move.ts';
import {notifyHedged, notifySuperseded} from './notify.ts';
import {amountsAt, quotaOf, quotas} from './quota-port.ts';
import {discardResponse} from './response.ts';

/** Resolves with the attempt that counts; rejects where a step threw, and then nothing of either attempt is left. */
export function sendHedged<R extends AttemptResponse>(
  call: CallContext<R>,
  first: Attempt<R>,
  now: number,
): Promise<Assessed<R>> {
  return new Promise((resolve, reject) => new HedgedSend(call, first, resolve, reject).start(now));
}

class HedgedSend<R extends AttemptResponse> extends Timer implements AttemptOwner<R> {
  readonly #call: CallContext<R>;
  readonly #first: Attempt<R>;
  readonly #resolve: (assessed: Assessed<R>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #running = new Set<Attempt<R>>();
  #hedge: Attempt<R> | null = null;
  /** How long the first attempt may take; undefined if too little is known. */
  #delayMs: number | undefined;
  /** Attempts whose outcome is being assessed. */
  readonly #unassessed = new Map<Attempt<R>, Outcome<R>>();
  #isOver = false;

  constructor(
    call: CallContext<R>,
    first: Attempt<R>,
    resolve: (assessed: Assessed<R>) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.#call = call;
    this.#first = first;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  override get waitsForSockets(): boolean {
    return true;
  }

  start(now: number): void {
    this.#step(() => {
      this.#running.add(this.#first);
      this.#delayMs = delayMsOf(this.#call, now);
      if (this.#delayMs !== undefined) this.#call.client.clock.arm(this, this.#delayMs, now);
      this.#first.start(this, now);
    });
  }

  /** The first attempt is slow. */
  fire(): void {
    this.#first.step(() => {
      if (!mayBeSentTwice(this.#call)) return;
      const {replayable} = this.#call.transport;
      const send = (can: boolean): void => this.#step(() => can && mayBeSentTwice(this.#call) && this.#sendHedge());
      if (isPromise(replayable)) replayable.then(send);
      else send(replayable);
    });
  }

  #sendHedge(): void {
    const call = this.#call;
    if (this.#isOver || !this.#running.has(this.#first)) return;
    const now = call.client.clock.now();
    const {failover} = call;
    const guards = this.#guardsOfHedge(now);
    if (guards === null) return;
    if (this.#waitsLonger(guards, now)) return;
    const quota = quotaOf(call, guards);
    const taken = quota === null ? null : quota.tryTake(quotas.steps!.amountsOf(call, quota), now);
    if (quota !== null && taken === null) return; // A hedge waits in no line.
    const ticket = ticketFor(call, guards, this.#first.guards, now);
    if (ticket === null) return taken?.refund(now);
    if (failover !== null) moveTo(call, failover, guards);
    const hedge = new Attempt(call, call.attempts + 1, ticket, taken, this.#first);
    this.#hedge = hedge;
    this.#running.add(hedge);
    call.attempts++;
    call.retryState.hedges++;
    notifyHedged(call, this.#delayMs!); // Known, or the first attempt would not have been slow.
    hedge.start(this, call.client.clock.now());
  }

  /** Null where it would have to be another endpoint, and none is free, or the call may not run at two. */
  #guardsOfHedge(now: number): Guards | null {
    const call = this.#call;
    const {guards, failover} = call;
    if (failover === null || call.plan.policy.hedge?.to !== 'other') return guards;
    const place = failover.mayRunTwice ? failover.another(guards, amountsAt(call), now) : null;
    if (place === null || place.readiness === null) return place?.guards ?? null;
    place.readiness.askIfDue(call, now); // A hedge waits for no answer; the next one may find the endpoint ready.
    return null;
  }

  /**
   * An endpoint that is slow itself gets a hedge later: sooner, the hedge would lose to the first attempt. A delay that the policy states is kept.
   */
  #waitsLonger({load}: Guards, now: number): boolean {
    if (this.#call.plan.policy.hedge?.delayMs !== undefined) return false;
    const waitedMs = now - this.#first.startedAt;
    // A peak average is about twice the median.
    const delayMs = (load?.recentMs(now) ?? 0) / 2;
    if (load === this.#first.guards.load || waitedMs >= delayMs) return false;
    this.#delayMs = delayMs;
    this.#call.client.clock.arm(this, Math.max(1, delayMs - waitedMs), now);
    return true;
  }

  ended(attempt: Attempt<R>, outcome: Outcome<R>): void {
    this.#step(() => {
      this.#running.delete(attempt);
      this.#call.client.clock.disarm(this);
      this.#unassessed.set(attempt, outcome);
      assess(this.#call, {attempt, outcome}).then(
        assessed => this.#step(() => this.#assessed(assessed)),
        error => this.broke(this.#call, error),
      );
    });
  }

  #assessed(assessed: Assessed<R>): void {
    const {attempt, outcome, classification} = assessed;
    this.#unassessed.delete(attempt);
    const isLast = this.#running.size === 0 && this.#unassessed.size === 0;
    // With two failures the last one counts, so the first need not hold its connection.
    const mayWait =
      classification.transient ||
      failedHandshake(this.#call, outcome, classification) ||
      (attempt === this.#hedge && classification !== SUCCESS && !classification.final);
    if (this.#isOver || (mayWait && !isLast)) {
      this.#call.failover?.noteActed(attempt.guards, classification.sent);
      return discardResponse(attempt, outcome.response);
    }
    this.#isOver = true;
    this.#supersedeOthers();
    if (this.#call.failover !== null) this.#call.guards = attempt.guards; // What follows concerns its endpoint.
    this.#resolve(assessed);
  }

  #supersedeOthers(): void {
    const now = this.#call.client.clock.now();
    for (const loser of this.#running) {
      const ranMs = now - loser.startedAt;
      loser.guards.load?.[loser === this.#first ? 'outrun' : 'interrupted'](ranMs, now);
      // Without the slow attempts the quantile would sink, and more and more attempts would count as slow.
      if (loser === this.#first) loser.guards.hedge?.observe(ranMs);
      loser.supersede();
      loser.record('nothing', now);
      notifySuperseded(this.#call, loser, now);
    }
  }

  broke(_call: CallContext<R>, error: unknown): void {
    this.#isOver = true;
    quietly(() => this.#call.client.clock.disarm(this));
    for (const attempt of [this.#first, this.#hedge])
      attempt?.abandon(error, this.#unassessed.get(attempt)?.response ?? null);
    this.#reject(error);
  }

  /** Nothing above a timer or a promise catches an exception. */
  #step(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.broke(this.#call, error);
    }
  }
}

/** A hedge that goes elsewhere is due when an answer would have come from the fastest endpoint: a slow one must not set the pace. */
function delayMsOf<R extends AttemptResponse>(
  {guards, failover, plan}: CallContext<R>,
  now: number,
): number | undefined {
  const own = guards.hedge?.delayMs();
  if (failover === null || plan.policy.hedge?.to !== 'other') return own;
  return failover
    .hedgesBeside(guards, now)
    .map(hedge => hedge.delayMs())
    .reduce((least, delay) => (least === undefined || (delay !== undefined && delay < least) ? delay : least), own);
}

function mayBeSentTwice<R extends AttemptResponse>({
  mayRepeat,
  yields,
  mayPayMore,
  countedAttempts,
  plan,
  client,
  transport,
}: CallContext<R>): boolean {
  return (
    mayRepeat &&
    !yields &&
    mayPayMore &&
    countedAttempts < plan.maxAttempts &&
    !client.handle.retriesDisabled &&
    (transport.hedgeable ?? true)
  );
}

/** Asks every guard; a refusal does not fail the call. Takes a place, too, where there is a concurrency limit. */
function ticketFor(call: CallFacts, {hold, concurrency, breaker}: Guards, first: Guards, now: number): Ticket | null {
  const {budget, deadlineAt, failover} = call;
  if (now + LEAST_ATTEMPT_MS > deadlineAt || hold?.holds(now) || breaker?.refuses(now)) return null;
  if (concurrency !== null && !concurrency.tryEnter()) return null;
  let receipt: Receipt = REFUSED;
  let ticket: Ticket | null = null;
  try {
    if (budget !== null) receipt = budget.withdraw(false, now);
    // The load that hedges may add, then the breaker, which counts what it lets through.
    if ((budget === null || receipt !== REFUSED) && first.hedge!.tryHedge(now, failover?.hedgesBeside(first, now))) {
      call.reserve(budget)?.spendOnHedge(receipt);
      ticket = breaker === null ? UNGUARDED : breaker.admit(now);
    }
  } finally {
    if (ticket === null) {
      concurrency?.exit();
      if (receipt !== REFUSED) budget!.giveBack(receipt, now);
      call.reservation?.spendOnHedge(REFUSED);
    }
  }
  return ticket;
}
