/** One run of a job: sends its item under the policy until the item has a result, or has to wait so long that it goes back to the queue. */

import type {Counters} from '../batch/counters.ts';
import {Drain} from '../batch/drain.ts';
import {Entry, type ItemOutcome} from '../batch/entry.ts';
import {INTERRUPTED} from '../batch/interrupted.ts';
import type {Memory} from '../batch/memory.ts';
import {isHarmless, NOWHERE} from '../batch/repeatable.ts';
import {type Dispatcher, runChunk} from '../batch/run-chunk.ts';
import type {BatchEvent, BatchTarget, Send} from '../batch/types.ts';
import type {CallContext, CallFacts} from '../call/context.ts';
import type {Client} from '../client/client.ts';
import type {CallView} from '../core/call-view.ts';
import type {RetryScheduledEvent} from '../core/events.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import {FREE, REFUSED} from '../guards/budget.ts';
import type {Answer} from '../transport/answer.ts';
import type {JobState} from './job-state.ts';
import type {JobStore} from './job-store.ts';

/** What the runs of a worker share. */
export interface WorkerPlan<Item> {
  readonly client: Client<Answer>;
  readonly send: Send<Item, unknown>;
  readonly store: Pick<JobStore, 'note' | 'settle'>;
  readonly counters: Counters;
  readonly notify: ((event: BatchEvent) => void) | null;
  /** Waits that are longer go back to the queue. */
  readonly longestWaitMs: number;
  readonly maxResultBytes: number;
  /** The run of each call, for the events of calls. */
  readonly runs: WeakMap<CallView, Pick<JobRun<Item>, 'scheduled'>>;
  readonly weigh: (item: Item) => AskedTokens;
  targetOf(item: Item): BatchTarget;
}

/** A job as a worker has taken it. */
export interface TakenJob<Item> {
  readonly id: string;
  /** The lock of the job. */
  readonly token: string;
  /** The id of the run, and the key of the item: both parts of its idempotency key. */
  readonly runId: string;
  readonly key: string;
  readonly item: Item;
  readonly state: JobState;
}

/** How a run of a job ended. */
export type RunEnd =
  /** `isNoted`: the state of the job says that its item is being sent. */
  | {readonly outcome: ItemOutcome; readonly isNoted: boolean}
  /** The item is sent again, after a wait. */
  | {readonly waitMs: number; readonly attempts: number}
  /** Another worker has the job. */
  | 'lost';

export class JobRun<Item> implements Dispatcher<Item> {
  readonly client: Client<Answer>;
  readonly send: Send<Item, unknown>;
  readonly runId: string;
  /** The next worker would not know where an earlier attempt may have acted. */
  readonly movable = false;
  readonly drain: Drain = new Drain();
  readonly counters: Counters;
  readonly notify: ((event: BatchEvent) => void) | null;
  readonly memory: Pick<Memory, 'sending'> = {sending: () => this.#note()};
  readonly #plan: WorkerPlan<Item>;
  readonly #job: TakenJob<Item>;
  readonly #entry: Entry<Item>;
  /** The last withdrawal of a note, which later notes must not overtake. */
  #withdrawal: Promise<unknown> = Promise.resolve();
  #call: CallFacts | null = null;
  /** Charges the budget for a retry that goes back to the queue. */
  #charge: (() => void) | null = null;
  #waitUntil = Number.NEGATIVE_INFINITY;
  #isLost = false;
  #error: {readonly thrown: unknown} | null = null;

  constructor(plan: WorkerPlan<Item>, job: TakenJob<Item>) {
    this.client = plan.client;
    this.send = plan.send;
    this.counters = plan.counters;
    this.notify = plan.notify;
    this.runId = job.runId;
    this.#plan = plan;
    this.#job = job;
    this.#entry = new Entry(job.item, 0, job.key);
    this.#entry.attempts = job.state.attempts;
  }

  /** @throws what Redis refused. */
  async run(): Promise<RunEnd> {
    const {state} = this.#job;
    if (state.outcome !== undefined) return {outcome: state.outcome, isNoted: false};
    if (state.sending !== undefined && !this.#mayRepeat())
      return {outcome: {...INTERRUPTED, attempts: state.attempts + 1}, isNoted: false};
    const entry = this.#entry;
    await runChunk(this, [entry], state.attempts);
    this.#charge?.();
    await this.#withdrawal;
    if (this.#error !== null) throw this.#error.thrown;
    if (this.#isLost) return 'lost';
    const {outcome, attempts, isNoted} = entry;
    if (outcome !== null) return {outcome, isNoted};
    return {waitMs: Math.max(0, this.#waitUntil - this.client.clock.now()), attempts};
  }

  /** Waits end, nothing more is sent, and a request in flight is waited for. */
  stop(): void {
    this.drain.begin();
  }

  /** A key does not help: a worker that noted the item sent it without one. */
  #mayRepeat(): boolean {
    const {method = 'POST', url = NOWHERE} = this.targetOf(this.#job.item);
    return isHarmless(this.client.handle, method.toUpperCase(), url);
  }

  // What calls ask.

  targetOf(item: Item): BatchTarget {
    return this.#plan.targetOf(item);
  }

  weigh(item: Item): AskedTokens {
    return this.#plan.weigh(item);
  }

  readonly began = (call: CallContext<Answer>): void => {
    this.#call = call;
    this.#plan.runs.set(call, this);
  };

  /** A call will retry after a wait. If that is long, the call ends here, and another worker may go on with the item. */
  scheduled({waitMs}: RetryScheduledEvent): void {
    const now = this.client.clock.now();
    this.#waitUntil = now + waitMs;
    if (waitMs <= this.#plan.longestWaitMs || this.drain.begun) return;
    this.#charge = chargeOf(this.#call);
    this.drain.begin();
  }

  /**
   * What a guard holds, it holds for every item: the worker waits, and takes no other item meanwhile. What the server asked for is the
   * item's own wait.
   */
  mayHold(waitMs: number, {decision}: CallFacts): boolean {
    if (decision?.refusal !== 'hint-too-long' || decision.hint === null) return true;
    this.#waitUntil = this.client.clock.now() + waitMs;
    return waitMs <= this.#plan.longestWaitMs;
  }

  settled(): void {}

  left(): void {}

  failed(error: unknown): void {
    this.#error ??= {thrown: error};
    this.drain.begin();
  }

  // The notes in Redis.

  async #note(): Promise<void> {
    const {id, token} = this.#job;
    await this.#withdrawal;
    const isOurs = await this.#plan.store.note(id, token, {attempts: this.#entry.attempts, sending: token});
    if (isOurs) return;
    this.#isLost = true;
    this.drain.begin();
  }

  unacted(entries: readonly Entry<Item>[]): void {
    const {id, token} = this.#job;
    for (const entry of entries) {
      if (!entry.isNoted) continue;
      entry.isNoted = false;
      this.#withdrawal = this.#plan.store.settle(id, token, {attempts: entry.attempts}).catch(error => {
        this.failed(error);
      });
    }
  }
}

/** The call gives its reservation back when it ends, but the retry will take place, so the budget is charged for it then. */
function chargeOf(call: CallFacts | null): (() => void) | null {
  if (call === null || call.decision === null) return null;
  const {decision, guards, client} = call;
  const {receipt, classification} = decision;
  if (receipt === FREE || receipt === REFUSED) return null;
  return () => guards.budget?.withdraw(classification.throttled, client.clock.now());
}
