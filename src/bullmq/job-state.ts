/** What Redis holds of an item: the fields of its BullMQ job that this library writes and reads. */
import type {ItemOutcome} from '../batch/entry.ts';
import {INTERRUPTED} from '../batch/interrupted.ts';
import type {ItemFailure} from '../batch/types.ts';

/** The state of an item between two runs of its job: the `progress` of the job. */
export interface JobState {
  /** Requests that carried the item. */
  readonly attempts: number;
  /** The lock of the worker that sends the item, if the item must not be sent twice. */
  readonly sending?: string;
  /** The result of such an item. */
  readonly outcome?: ItemOutcome;
}

/** The return value of a job whose result is in its state. */
export const IN_STATE = 'in state';

const NEW: JobState = {attempts: 0};

/** @param progress As BullMQ parsed it: 0 for a job that has not run. */
export const stateOf = (progress: unknown): JobState =>
  typeof progress === 'object' && progress !== null ? (progress as JobState) : NEW;

/** The fields of a job as Redis has them: JSON, or null. */
export interface JobFields {
  readonly timestamp: string | null;
  readonly finishedOn: string | null;
  readonly progress: string | null;
  readonly returnvalue: string | null;
  readonly failedReason: string | null;
}

/** `absent`: the queue does not have the item. `waiting`: it has no result yet. */
export type StoredOutcome = ItemOutcome | 'absent' | 'waiting';

/** A result in the state comes first: the worker that sent an item may answer after another one has reported it as interrupted. */
export function outcomeOf({timestamp, finishedOn, progress, returnvalue, failedReason}: JobFields): StoredOutcome {
  if (timestamp === null) return 'absent';
  const state = stateOf(progress === null ? null : JSON.parse(progress));
  if (state.outcome !== undefined) return state.outcome;
  if (finishedOn === null) return 'waiting';
  if (failedReason !== null) return givenUp(failedReason, state);
  const returned = returnvalue === null ? IN_STATE : (JSON.parse(returnvalue) as ItemOutcome | typeof IN_STATE);
  return returned === IN_STATE ? INTERRUPTED : returned;
}

/** BullMQ gave the item up: each worker that ran it has ended, or its run threw. */
function givenUp(failedReason: string, {attempts, sending}: JobState): ItemOutcome {
  const isUnknown = sending !== undefined;
  return failed(attempts, {
    code: failedReason.startsWith('job stalled') ? 'stalled' : 'worker-error',
    refusal: isUnknown ? 'may-have-acted' : null,
    reason: `no worker could finish it: ${failedReason}`,
    retryable: !isUnknown,
  });
}

/**
 * The outcome as it is kept: without what was thrown, because JSON holds no errors, and within the limit.
 *
 * @param maxBytes A larger result is replaced by a failure, as is one that JSON cannot hold.
 */
export function keptOutcome(outcome: ItemOutcome, maxBytes: number): ItemOutcome {
  const {attempts} = outcome;
  const kept = outcome.ok ? outcome : {...outcome, failure: {...outcome.failure, error: undefined}};
  const status = outcome.ok ? undefined : outcome.failure.status;
  try {
    const bytes = Buffer.byteLength(JSON.stringify(kept));
    if (bytes <= maxBytes) return kept;
    const reason = `the result has ${bytes} bytes, more than the ${maxBytes} that the queue keeps`;
    return failed(attempts, {code: 'result-too-large', refusal: null, reason, status, retryable: false});
  } catch (error) {
    const reason = `the result is not JSON-serializable: ${(error as Error).message}`;
    return failed(attempts, {code: 'result-not-json', refusal: null, reason, status, retryable: false});
  }
}

function failed(
  attempts: number,
  failure: Pick<ItemFailure, 'code' | 'refusal' | 'reason' | 'retryable'> & {readonly status?: number | undefined},
): ItemOutcome {
  return {ok: false, failure: {status: undefined, body: undefined, error: undefined, ...failure}, attempts};
}
