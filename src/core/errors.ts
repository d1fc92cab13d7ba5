/**
 * The errors that steadfetch makes. Errors of `fetch`, ky and functions of the user are passed on unchanged.
 *
 * Each has a stable `code`, a message of one sentence, the facts as fields, and the `cause` if there is one.
 */

/** The `code` of each error that steadfetch makes. A code never changes its meaning. See docs/troubleshooting.md. */
export type ErrorCode =
  | 'INVALID_POLICY'
  | 'INVALID_OVERRIDES'
  | 'POLICY_FILE'
  | 'PEER_PACKAGE'
  | 'ATTEMPT_TIMEOUT'
  | 'DEADLINE_EXCEEDED'
  | 'CONTENT_TIMEOUT'
  | 'IDLE_TIMEOUT'
  | 'STREAM_ERROR'
  | 'STREAM_INCOMPLETE'
  | 'BODY_DROPPED'
  | 'CIRCUIT_OPEN'
  | 'CONCURRENCY_LIMIT'
  | 'ORIGIN_HELD'
  | 'QUOTA_WAIT'
  | 'QUOTA_QUEUE'
  | 'QUOTA_TOO_LARGE'
  | 'NO_ENDPOINT'
  | 'TRANSLATE_FAILED'
  | 'FETCH_LOOP'
  | 'MISDIRECTED'
  | 'INTERNAL'
  | 'INVALID_BATCH'
  | 'CHUNK_MISMATCH'
  | 'JOURNAL_EXISTS'
  | 'JOURNAL_LOCKED'
  | 'JOURNAL_DAMAGED'
  | 'JOURNAL_FILE'
  | 'INVALID_SCENARIO'
  | 'UNMET_EXPECTATION'
  | 'FAULT_SERVER'
  | 'IDEMPOTENCY_STORE'
  | 'LEASE_LOST'
  | 'TRANSACTION_ENDED';

/** Base class of every error that steadfetch makes. `code` says which error it is. */
export class SteadfetchError extends Error {
  /** The name of the class. */
  override readonly name: string = 'SteadfetchError';
  /** The stable code of the error. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : {cause});
    this.code = code;
  }
}

/** A wrong field of a policy. */
export interface PolicyProblem {
  /** The field: `routes[0].backoff.baseMs`. Empty for the whole policy. */
  readonly path: string;
  /** A clause that follows the path: `must be a whole number of at least 1, got "many"`. */
  readonly message: string;
}

/**
 * One sentence, or a list.
 *
 * @internal
 */
export function problemsText(what: string, problems: readonly PolicyProblem[]): string {
  const list = problems.map(({path, message}) => (path === '' ? message : `${path} ${message}`));
  return list.length === 1 ? `${what}: ${list[0]}` : `${what} has ${list.length} problems:\n  ${list.join('\n  ')}`;
}

/** A policy, or the overrides of a call, cannot run. The message and `problems` name every wrong field. */
export class InvalidPolicyError extends SteadfetchError {
  /** Always `InvalidPolicyError`. */
  override readonly name = 'InvalidPolicyError';
  /** Every wrong field, in the order of the policy. */
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[], code: 'INVALID_POLICY' | 'INVALID_OVERRIDES' = 'INVALID_POLICY') {
    const what = code === 'INVALID_POLICY' ? 'The policy' : 'The resilience options of this call';
    super(code, problemsText(what, problems));
    this.problems = problems;
  }
}

/**
 * An attempt, a call or a body took longer than the policy allows.
 *
 * `name` is `TimeoutError`, like that of the error of `AbortSignal.timeout`, so code that compares the name works with both.
 */
export class TimeoutError extends SteadfetchError {
  /** Always `TimeoutError`. */
  override readonly name = 'TimeoutError';
  /** The limit that passed: of the attempt, of the call, for the first content of a stream, or between two chunks of a body. */
  declare readonly code: 'ATTEMPT_TIMEOUT' | 'DEADLINE_EXCEEDED' | 'CONTENT_TIMEOUT' | 'IDLE_TIMEOUT';
  /** The limit, in ms. */
  readonly limitMs: number;
  /** How long after the limit the timeout was declared, because the process was busy, in ms. 0 if it was declared in time. */
  readonly lateMs: number;

  constructor(code: TimeoutError['code'], limitMs: number, cause?: unknown, lateMs = 0) {
    const late = lateMs > 0 ? ` The process was busy and noticed ${Math.round(lateMs)} ms later.` : '';
    super(code, timeoutMessage(code, limitMs) + late, cause);
    this.limitMs = limitMs;
    this.lateMs = lateMs;
  }
}

function timeoutMessage(code: TimeoutError['code'], limitMs: number): string {
  const limit = Math.round(limitMs);
  switch (code) {
    case 'ATTEMPT_TIMEOUT':
      return `The attempt took longer than its ${limit} ms.`;
    case 'DEADLINE_EXCEEDED':
      return `The call was not answered within its ${limit} ms.`;
    case 'CONTENT_TIMEOUT':
      return `The event stream brought no content within ${limit} ms of its headers.`;
    case 'IDLE_TIMEOUT':
      return `No chunk of the response body arrived for ${limit} ms.`;
  }
}

/** Why a guard refused to send. */
export type RejectionCode =
  | 'CIRCUIT_OPEN'
  | 'CONCURRENCY_LIMIT'
  | 'ORIGIN_HELD'
  | 'QUOTA_WAIT'
  | 'QUOTA_QUEUE'
  | 'QUOTA_TOO_LARGE'
  | 'NO_ENDPOINT';

/** A guard refused to send: the breaker is open, a limit is reached, the origin asked all clients to wait, or all endpoints are passed over. */
export class RejectedError extends SteadfetchError {
  /** Always `RejectedError`. */
  override readonly name = 'RejectedError';
  /** The guard that refused, and why. */
  declare readonly code: RejectionCode;
  /** The origin, or origin and route, that the guard protects. */
  readonly guarded: string;
  /** How long until the guard may admit a call, in ms. Undefined if the guard does not know. */
  readonly retryAfterMs: number | undefined;

  constructor(code: RejectionCode, guarded: string, message: string, retryAfterMs?: number) {
    super(code, message);
    this.guarded = guarded;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Makes an error without its stack: on the paths where thousands a second are made, the stack is most of the cost. */
export function withoutStack<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, 'stackTraceLimit', 0); // It returns false where `Error` is frozen, and does not throw.
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}
