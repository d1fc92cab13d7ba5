/** Classifies an error event before any content like the HTTP status that the vendor sends for the same error elsewhere. */

import type {ResponseHeaders, StreamError} from '../core/outcome.ts';
import {fieldOf} from '../core/unknown-value.ts';
import type {AnswerContext} from './answers.ts';
import {type Classification, changed} from './classification.ts';
import {classifyErrorBody} from './classify-error-body.ts';
import {classifyResponse} from './classify-http.ts';
import {readErrorBody} from './error-body.ts';
import {type Refusal, refusalOf} from './refusals.ts';
import type {StreamErrorBody} from './stream-events.ts';

/** @returns Null if the status of the error is unknown. Such an error goes to the caller. */
export function streamErrorOf(body: StreamErrorBody): StreamError | null {
  const status = statedStatus(body) ?? rowOf(body)?.status ?? null;
  return status === null ? null : {status, body};
}

export function classifyStreamError(
  {status, body}: StreamError,
  headers: ResponseHeaders,
  context: AnswerContext,
): Classification {
  const byStatus = classifyResponse({status, headers}, context);
  const facts = readErrorBody(body);
  const found = facts === null ? byStatus : classifyErrorBody(byStatus, facts, status, context.transients);
  if (found.final) return found;
  const what = found.reason === String(status) ? (codeOf(body) ?? found.reason) : found.reason;
  return changed(found, {reason: `${what} in the event stream before any content`});
}

function rowOf(body: StreamErrorBody): Refusal | null {
  const facts = readErrorBody(body);
  return facts === null ? null : refusalOf(facts);
}

/** Only a word of the table: what a server writes can name an account, and is of any cardinality. */
function codeOf(body: StreamErrorBody): string | null {
  const row = rowOf(body);
  if (row === null || row.in !== 'code') return null;
  return row.words.find(word => readErrorBody(body)!.codes.includes(word)) ?? null;
}

/** Gemini, vLLM and OpenRouter write the status into the error, as a number or as its digits. */
function statedStatus(body: StreamErrorBody): number | null {
  const status = [fieldOf(body.error, 'code'), body.code]
    .map(Number)
    .find(each => Number.isInteger(each) && each >= 400 && each <= 599);
  return status ?? null;
}
