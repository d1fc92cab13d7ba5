/** The gRPC status of a call that ended without a status of the server: a code, its details and the cause. */
import {status} from '@grpc/grpc-js';
import type {RejectedError, TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {textOf} from '../core/unknown-value.ts';

/** grpc-js makes its error of this, and copies every field. */
export interface LocalStatus {
  readonly code: status;
  readonly details: string;
  /** The error of this package, or of the user's function, that caused the status. */
  readonly cause?: unknown;
  /** The status of the error that is the cause, where the deadline of a request of HTTP has passed, so that Express and Fastify answer with it. */
  readonly status?: number | undefined;
  readonly statusCode?: number | undefined;
}

export function statusOfOutcome({kind, error}: Outcome): LocalStatus {
  switch (kind) {
    case 'aborted':
      return error as LocalStatus; // The caller's own, as it was given to the call's signal.
    case 'attempt-timeout':
    case 'deadline':
      return timedOut(error as TimeoutError);
    case 'rejected':
      return {code: rejectedCode(error as RejectedError), details: (error as RejectedError).message, cause: error};
    default:
      return {code: status.INTERNAL, details: textOf(error), cause: error};
  }
}

/** The status that cancels an attempt in flight: the caller's own, DEADLINE_EXCEEDED after a timeout, or CANCELLED. */
export function cancelStatus(reason: unknown): LocalStatus {
  const {code, name} = reason as {code?: unknown; name?: unknown};
  if (typeof code === 'number' && name === undefined) return reason as LocalStatus;
  return name === 'TimeoutError' ? timedOut(reason as TimeoutError) : {code: status.CANCELLED, details: textOf(reason)};
}

function timedOut(error: TimeoutError): LocalStatus {
  const details =
    error.code === 'IDLE_TIMEOUT' ? `No message of the stream arrived for ${error.limitMs} ms.` : error.message;
  const {status: httpStatus, statusCode} = error as TimeoutError & Pick<LocalStatus, 'status' | 'statusCode'>;
  const answer = httpStatus === undefined ? {} : {status: httpStatus, statusCode};
  return {code: status.DEADLINE_EXCEEDED, details, cause: error, ...answer};
}

/** An open circuit, or an origin that asked for a pause, is a server that cannot be reached now. */
const rejectedCode = ({code}: RejectedError): status =>
  code === 'CONCURRENCY_LIMIT' ? status.RESOURCE_EXHAUSTED : status.UNAVAILABLE;
