import {fetchReads} from '../body/fetch-reads.ts';
import {readResponseAhead} from '../body/read-ahead.ts';
import {readErrorOf} from '../body/read-error.ts';
import {acting} from '../call/acting-port.ts';
import {beginStream, pulseOf} from '../call/attempt-stream.ts';
import {errorFactsOf} from '../call/error-facts.ts';
import {acts, tellAbove} from '../call/model-calls.ts';
import {refusals} from '../call/refusals-port.ts';
import {streams} from '../call/stream-port.ts';
import {streamErrors} from '../decide/classify.ts';
import {classifyErrorBody} from '../decide/classify-error-body.ts';
import {classifyStreamError} from '../decide/stream-error.ts';

/**
 * Lets policies have what those of model endpoints need: `refusals` and `stream`, which the preset `steadfetch:llm` sets. Call it once, before
 * the first policy is made. `steadfetch`, `steadfetch/models`, undici, functions and batches allow them already; `steadfetch/fetch`,
 * `steadfetch/ky` and `steadfetch/core` refuse such a policy without it, and load 5 kB less after gzip.
 *
 * @example
 * useModelEndpoints();
 * const api = ky.extend(resilience({extends: ['steadfetch:llm']}));
 */
export function useModelEndpoints(): void {
  refusals.steps = {factsOf: errorFactsOf, classify: classifyErrorBody, tellAbove};
  acting.acts = acts;
  streams.begin = beginStream;
  streams.pulseOf = pulseOf;
  streamErrors.classify = classifyStreamError;
  fetchReads.readError = readErrorOf;
  fetchReads.readAhead = readResponseAhead;
}
