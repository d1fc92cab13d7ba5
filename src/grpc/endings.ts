/** How calls end without an answer of the server, in gRPC's own words: a code and its details. */
import {status} from '@grpc/grpc-js';
import type {RejectedError, TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';

/** Becomes an error of grpc-js's, which takes over every field. */
export interface Ending {
  readonly code: status;
  readonly details: string;
  /** What is behind it: an error of ours, or of the user's function. */
  readonly cause?: unknown;
}

export function endingOf({kind, error}: Outcome): Ending {
  switch (kind) {
    case 'aborted':
      return error as Ending; // The caller's own, as it was given to the call's signal.
    case 'attempt-timeout':
    case 'deadline':
      return timedOut(error as TimeoutError);
    case 'rejected':
      return {code: rejectedCode(error as RejectedError), details: (error as RejectedError).message, cause: error};
    default:
      return {code: status.INTERNAL, details: messageOf(error), cause: error};
  }
}

/** Why an attempt in flight is cancelled: the caller's word, time that ran out, or another attempt that was faster. */
export function endingBy(reason: unknown): Ending {
  const {code, name} = reason as {code?: unknown; name?: unknown};
  if (typeof code === 'number' && name === undefined) return reason as Ending;
  return name === 'TimeoutError'
    ? timedOut(reason as TimeoutError)
    : {code: status.CANCELLED, details: messageOf(reason)};
}

function timedOut(error: TimeoutError): Ending {
  const details =
    error.code === 'IDLE_TIMEOUT' ? `No message of the stream arrived for ${error.limitMs} ms.` : error.message;
  return {code: status.DEADLINE_EXCEEDED, details, cause: error};
}

/** An open circuit, or an origin that asked to be left alone, is a server that cannot be reached now. */
const rejectedCode = ({code}: RejectedError): status =>
  code === 'CONCURRENCY_LIMIT' ? status.RESOURCE_EXHAUSTED : status.UNAVAILABLE;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
