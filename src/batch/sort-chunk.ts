/** Sorts the results of one chunk: items that are done, items that may be sent again, and the one of these with the longest wait. */
import type {CallContext} from '../call/context.ts';
import {SteadfetchError} from '../core/errors.ts';
import {answered, failed, type Outcome} from '../core/outcome.ts';
import {type Classification, harmless} from '../decide/classification.ts';
import {isNetworkFailure} from '../decide/failure-facts.ts';
import {serverHint} from '../decide/server-hint.ts';
import {type Answer, answerOf, answerOfError} from '../transport/answer.ts';
import type {Entry} from './entry.ts';
import {failureOfItem, itemClassification} from './failure.ts';

export interface Sorted<Item> {
  /** To be sent again. */
  readonly open: readonly Entry<Item>[];
  /** The outcome with the longest wait, which applies to all open items; null if none is open. */
  readonly patient: Outcome<Answer> | null;
}

/** @throws SteadfetchError with code CHUNK_MISMATCH where it is not known whose results these are. */
export async function sortChunk<Item>(
  call: CallContext<Answer>,
  entries: readonly Entry<Item>[],
  results: unknown,
): Promise<Sorted<Item>> {
  checkResults(results, entries.length);
  const open: Entry<Item>[] = [];
  let patient: Outcome<Answer> | null = null;
  let mostPatience = Number.NEGATIVE_INFINITY;
  for (const [place, entry] of entries.entries()) {
    if (entry.outcome !== null) continue; // A hedge was faster.
    const outcome = await outcomeOf(results[place]);
    const classification = itemClassification(call, outcome);
    if (outcome.response !== null && outcome.status < 400) {
      const {value} = outcome.response;
      entry.outcome = {ok: true, value, attempts: entry.attempts};
    } else if (!classification.transient || !(harmless(classification.sent) || call.mayRepeat)) {
      entry.outcome = {ok: false, failure: failureOfItem(call, outcome, classification), attempts: entry.attempts};
    } else {
      entry.last = outcome;
      if (harmless(classification.sent)) entry.unclear--;
      open.push(entry);
      const patience = patienceOf(outcome, classification, call.client.clock.wall());
      if (patience <= mostPatience) continue;
      mostPatience = patience;
      patient = outcome;
    }
  }
  return {open, patient};
}

function checkResults(results: unknown, count: number): asserts results is readonly unknown[] {
  if (Array.isArray(results) && results.length === count) return;
  const given = Array.isArray(results) ? `${results.length} results` : `no list of results, but a ${typeof results},`;
  const message = `sendChunk gave ${given} for ${count} items: the batch cannot assign them. Give one per item, in their order.`;
  throw new SteadfetchError('CHUNK_MISMATCH', message);
}

async function outcomeOf(result: unknown): Promise<Outcome<Answer>> {
  const answer = result instanceof Error ? answerOfError(result) : await answerOf(result);
  if (answer !== undefined) return answered(answer);
  return failedSend(result);
}

/** The outcome of a thrown error without a status. */
export const failedSend = (error: unknown): Outcome<Answer> =>
  failed(isNetworkFailure(error) ? 'network' : 'other', error);

function patienceOf({response, status}: Outcome, classification: Classification, wall: number): number {
  const hint = (response === null ? null : serverHint(status, response.headers, wall)) ?? classification.hint;
  return hint?.ms ?? (classification.throttled ? -1 : -2);
}
