/**
 * Sees a chunk through to its end: its calls, the holds between them, and its halves where it was refused as a whole.
 *
 * Retries are the engine's business. What is done here is what only a batch can do: to wait, with all there is to send, until an
 * open circuit closes; and to look for the one item for which a server refuses the others.
 */
import {beginCall} from '../call/begin.ts';
import type {CallContext, CallFacts} from '../call/context.ts';
import type {RetryDecision} from '../call/decision.ts';
import {amountsOf} from '../call/quota.ts';
import {amountsAt} from '../call/quota-port.ts';
import {reportFor} from '../call/report.ts';
import type {Client} from '../client/client.ts';
import {RejectedError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {sleep} from '../core/timer.ts';
import type {CallOverrides} from '../policy/types.ts';
import type {Answer} from '../transport/answer.ts';
import {ChunkTransport, type Sender} from './chunk-transport.ts';
import {DRAINED} from './drain.ts';
import type {Entry} from './entry.ts';
import {failureOfCall} from './failure.ts';
import {NOWHERE} from './repeatable.ts';
import type {BatchEvent, BatchTarget} from './types.ts';

/** The parts of a batch that a chunk needs. */
export interface Dispatcher<Item> extends Sender<Item> {
  readonly client: Client<Answer>;
  readonly notify: ((event: BatchEvent) => void) | null;
  targetOf(item: Item): BatchTarget;
  /** A call for its items begins. */
  readonly began?: (call: CallContext<Answer>) => void;
  /** Whether to wait that long before another call; if not, the items are left. */
  mayHold(waitMs: number, call: CallFacts): boolean;
  /** It has a result now. */
  settled(entry: Entry<Item>): void;
  /** It will have none in this run. */
  left(entry: Entry<Item>): void;
}

/** The hold of a half-open breaker, which cannot say when its probes end. */
const SHORTEST_HOLD_MS = 250;
/** The queue of a quota may become shorter than expected, so items ask again after this time. */
const LONGEST_QUEUE_MS = 60_000;
/** While a quota learns its rate, a throttled item may use the attempts of this many calls. More would let one item hold the batch. */
const THROTTLED_CALLS = 2;
/** Too large, or invalid: such a status concerns the request as a whole, but the cause may be one item. */
const SPLITTING = [400, 413, 422];

/**
 * Resolves when every item is settled, or left.
 *
 * @param attemptsBefore Attempts that an earlier run of the items has made: the first call goes on from them.
 */
export async function runChunk<Item>(
  batch: Dispatcher<Item>,
  entries: readonly Entry<Item>[],
  attemptsBefore = 0,
): Promise<void> {
  let open = entries;
  let before = attemptsBefore;
  let requests = before;
  let spent = before;
  let overrides: CallOverrides | undefined;
  let most: number | undefined;
  for (;;) {
    const {method = 'POST', url = NOWHERE} = batch.targetOf(open[0]!.item);
    const call = beginCall(batch.client, method.toUpperCase(), url, overrides);
    call.attempts = before;
    batch.began?.(call);
    const transport = new ChunkTransport(batch, open, requests);
    const outcome = await transport.run(call);
    batch.counters.waitedMs += call.waitedMs;
    const attempts = transport.requests - failedProbes(call);
    requests += transport.requests;
    spent += attempts;
    settleDone(batch, open);
    open = transport.open;
    if (open.length === 0) return;
    if (splits(call, outcome, open)) {
      batch.unacted(open);
      batch.notify?.({type: 'chunk.split', items: open.length, status: outcome.status});
      const half = Math.ceil(open.length / 2);
      await runChunk(batch, open.slice(0, half));
      return runChunk(batch, open.slice(half));
    }
    most ??= call.plan.maxAttempts * THROTTLED_CALLS;
    const holdMs = holdAfter(call, outcome, spent < most);
    if (holdMs === null) return finish(batch, open, call, outcome);
    if (!(await hold(batch, holdMs, call))) return leave(batch, open);
    overrides = attemptsLeft(call, overrides, before + attempts);
    before = 0;
  }
}

/** The chunk takes more than its quota ever admits at once; a part of it may not. */
const isTooLargeForQuota = (error: unknown): boolean =>
  error instanceof RejectedError && error.code === 'QUOTA_TOO_LARGE';

/** A probe shows whether the server is back: that it is not says nothing of the items that the probe carried. */
const failedProbes = ({retryStateIfAny}: CallContext<Answer>): number => retryStateIfAny?.failedProbes ?? 0;

/** Attempts already made count, or a circuit that opens now and then would make them endless. */
function attemptsLeft({plan}: CallFacts, before: CallOverrides | undefined, made: number): CallOverrides | undefined {
  if (made === 0 || plan.observesOnly || plan.maxAttempts === Number.POSITIVE_INFINITY) return before;
  return {maxAttempts: Math.max(1, plan.maxAttempts - made)};
}

function settleDone<Item>(batch: Dispatcher<Item>, entries: readonly Entry<Item>[]): void {
  for (const entry of entries) if (entry.outcome !== null) batch.settled(entry);
}

/**
 * With a key, 422 means that the server knows the key with another body. The halves would have new keys, so the server would act on them
 * again.
 */
function splits({keyed, decision}: CallFacts, {status, error}: Outcome, open: readonly unknown[]): boolean {
  if (open.length === 1 || decision?.classification.transient) return false;
  if (isTooLargeForQuota(error)) return true;
  return SPLITTING.includes(status) && !(status === 422 && keyed);
}

/**
 * How long nothing of the kind can be sent, or null where that is not why the call ended.
 *
 * @param maySendMore Whether throttled items may be sent again.
 */
function holdAfter(call: CallContext<Answer>, {kind, error}: Outcome, maySendMore: boolean): number | null {
  if (kind === 'rejected') return holdAfterRejection(error as RejectedError);
  const {guards, decision, client} = call;
  const {quota, breaker} = guards;
  switch (decision?.refusal) {
    case 'quota-exceeded':
      return quota === null
        ? 0
        : Math.min(LONGEST_QUEUE_MS, quota.waitMs(amountsOf(call, quota), true, client.clock.now()));
    case 'budget-exhausted':
      return failedProbes(call) > 0 ? (breaker?.retryAfterMs(client.clock.now()) ?? 0) : null;
    case 'attempts-exhausted':
      if (failedProbes(call) > 0) return breaker?.retryAfterMs(client.clock.now()) ?? 0;
      return quota?.learns && maySendMore && isThrottled(decision) ? 0 : null;
    case 'breaker-open':
      return breaker?.retryAfterMs(client.clock.now()) ?? 0;
    case 'no-endpoint':
      return call.failover?.choose(guards, amountsAt(call), true, client.clock.now()).freeInMs ?? 0;
    case 'concurrency-limit':
      return 0;
    case 'hint-too-long':
      return decision.hint?.ms ?? 0;
    default:
      return null;
  }
}

/** Whether the server throttles: by rate, or because it is short of capacity. A used-up account throttles too, and no wait helps against that. */
const isThrottled = ({classification: {throttled, transient}}: RetryDecision): boolean => throttled && transient;

function holdAfterRejection({code, retryAfterMs = 0}: RejectedError): number | null {
  if (code === 'QUOTA_TOO_LARGE') return null;
  return code === 'QUOTA_WAIT' ? Math.min(LONGEST_QUEUE_MS, retryAfterMs) : retryAfterMs;
}

/** False where the batch ends first. */
async function hold<Item>(batch: Dispatcher<Item>, ms: number, call: CallFacts): Promise<boolean> {
  const {client, drain, counters} = batch;
  const waitMs = Math.max(ms, SHORTEST_HOLD_MS);
  if (drain.begun || !batch.mayHold(waitMs, call)) return false;
  batch.notify?.({type: 'batch.held', waitMs, reason: reportFor(call).reason});
  const start = client.clock.now();
  await sleep(client.clock, waitMs, drain.signal).catch(() => {});
  counters.heldMs += client.clock.now() - start;
  return !drain.begun;
}

function finish<Item>(
  batch: Dispatcher<Item>,
  open: readonly Entry<Item>[],
  call: CallContext<Answer>,
  outcome: Outcome<Answer>,
): void {
  if (outcome.kind === 'aborted' || outcome.error === DRAINED) return leave(batch, open);
  for (const entry of open) {
    entry.outcome = {ok: false, failure: failureOfCall(call, outcome, entry.last ?? outcome), attempts: entry.attempts};
    batch.settled(entry);
  }
}

/** None of them was sent, or the server did not act on what was sent: else they would have failed. */
function leave<Item>(batch: Dispatcher<Item>, open: readonly Entry<Item>[]): void {
  batch.unacted(open);
  for (const entry of open) batch.left(entry);
}
