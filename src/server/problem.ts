/** The answers that are not the handler's: problem details (RFC 9457). */
import type {StoredResponse} from './store.ts';

/** Why a request was not handled. The `code` of the problem details; a code never changes its meaning. See docs/server.md. */
export type ProblemCode =
  | 'IDEMPOTENCY_KEY_MISSING'
  | 'IDEMPOTENCY_KEY_INVALID'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'REQUEST_RUNNING'
  | 'OUTCOME_UNKNOWN'
  | 'RESPONSE_NOT_KEPT'
  | 'LEASE_LOST'
  | 'BODY_TOO_LARGE'
  | 'STORE_UNAVAILABLE'
  | 'HANDLER_FAILED'
  | 'HANDLER_TIMEOUT'
  | 'RESPONSE_TOO_LARGE'
  | 'DEADLINE_PASSED';

interface Kind {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** `later`: the same request may succeed in a while. `never`: clients that read `x-should-retry` do not retry. */
  readonly retry?: 'later' | 'never';
}

const KINDS: Readonly<Record<ProblemCode, Kind>> = {
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'Bad Request',
    detail: 'This request needs the header Idempotency-Key. Send a UUID, and the same one with each retry.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    title: 'Bad Request',
    detail:
      'The idempotency key is invalid. A key has 1 to 255 printable ASCII characters, is in quotation marks if it has a space or a comma, and is sent once.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'Unprocessable Content',
    detail: 'The idempotency key was used for another request. Send a new key with each new request.',
  },
  REQUEST_RUNNING: {
    status: 409,
    title: 'Conflict',
    detail: 'The first request with this idempotency key is still running. Retry later with the same key.',
    retry: 'later',
  },
  OUTCOME_UNKNOWN: {
    status: 409,
    title: 'Conflict',
    detail:
      'The first request with this idempotency key was interrupted, and whether it had an effect is not known. Look the result up before you send it with a new key.',
    retry: 'never',
  },
  RESPONSE_NOT_KEPT: {
    status: 409,
    title: 'Conflict',
    detail:
      'The first request with this idempotency key was answered, and its response was sent as a stream or is too large, so it was not kept. Look the result up.',
    retry: 'never',
  },
  LEASE_LOST: {
    status: 409,
    title: 'Conflict',
    detail:
      'This request took too long and lost its idempotency key to another one. Retry with the same key to get its response.',
    retry: 'later',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'Content Too Large',
    detail: 'The body of this request is larger than the server keeps for an idempotency key.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The store of idempotency keys does not answer. Retry with the same key.',
    retry: 'later',
  },
  HANDLER_FAILED: {
    status: 500,
    title: 'Internal Server Error',
    detail: 'The server failed while it handled this request.',
  },
  HANDLER_TIMEOUT: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The server did not finish this request in time, and has undone it. Retry with the same key.',
    retry: 'later',
  },
  RESPONSE_TOO_LARGE: {
    status: 500,
    title: 'Internal Server Error',
    detail: 'The response to this request is too large to be kept for its idempotency key, so the request was undone.',
    retry: 'never',
  },
  DEADLINE_PASSED: {
    status: 504,
    title: 'Gateway Timeout',
    detail: 'The time that the client had left for this request is over.',
    retry: 'never',
  },
};

export interface ProblemOptions {
  /** How long a client should wait where a retry may help, in ms. Default: 1000. Sent as `Retry-After` in whole seconds. */
  readonly retryAfterMs?: number | undefined;
  /** A page about these problems. `type` is its URL with the code as the fragment, and a `Link` header names it. Default: none. */
  readonly describedBy?: string | undefined;
}

export function problem(code: ProblemCode, {retryAfterMs = 1000, describedBy}: ProblemOptions): StoredResponse {
  const {status, title, detail, retry} = KINDS[code];
  const type = describedBy === undefined ? 'about:blank' : `${describedBy}#${code.toLowerCase().replaceAll('_', '-')}`;
  const headers: [string, string][] = [['content-type', 'application/problem+json']];
  if (retry === 'later') headers.push(['retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000)))]);
  if (retry === 'never') headers.push(['x-should-retry', 'false']);
  if (describedBy !== undefined) headers.push(['link', `<${describedBy}>; rel="describedby"`]);
  return {status, headers, body: new TextEncoder().encode(JSON.stringify({type, title, status, detail, code}))};
}
