/**
 * The errors this library makes itself. What `fetch`, ky or a user's own function throws passes through untouched.
 *
 * Each has a stable `code` for programs, one sentence for people, the facts as fields, and the `cause` where there is one.
 */

/** Every `code` of an error of ours. Stable: a code is never given another meaning. */
export type ErrorCode =
  | 'INVALID_POLICY'
  | 'INVALID_OVERRIDES'
  | 'POLICY_FILE'
  | 'PEER_PACKAGE'
  | 'ATTEMPT_TIMEOUT'
  | 'DEADLINE_EXCEEDED'
  | 'IDLE_TIMEOUT'
  | 'BODY_DROPPED'
  | 'CIRCUIT_OPEN'
  | 'CONCURRENCY_LIMIT'
  | 'ORIGIN_HELD'
  | 'INTERNAL'
  | 'INVALID_BATCH'
  | 'CHUNK_MISMATCH'
  | 'JOURNAL_EXISTS'
  | 'JOURNAL_LOCKED'
  | 'JOURNAL_DAMAGED'
  | 'JOURNAL_FILE';

/** Base of every error of ours: `error instanceof SteadfetchError`, then `error.code`. */
export class SteadfetchError extends Error {
  override readonly name: string = 'SteadfetchError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : {cause});
    this.code = code;
  }
}

/** One wrong place in a policy. */
export interface PolicyProblem {
  /** Where, in JavaScript's own notation: `routes[0].backoff.baseMs`; empty for the whole policy. */
  readonly path: string;
  /** What is wrong with it, as a clause that follows the path: `must be a whole number of at least 1, got "many"`. */
  readonly message: string;
}

/** A policy, or the overrides of a call, that cannot be run. Names every wrong field, not only the first. */
export class InvalidPolicyError extends SteadfetchError {
  override readonly name = 'InvalidPolicyError';
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[], code: 'INVALID_POLICY' | 'INVALID_OVERRIDES' = 'INVALID_POLICY') {
    const what = code === 'INVALID_POLICY' ? 'The policy' : 'The resilience options of this call';
    const list = problems.map(({path, message}) => (path === '' ? message : `${path} ${message}`));
    super(
      code,
      list.length === 1 ? `${what}: ${list[0]}` : `${what} has ${list.length} problems:\n  ${list.join('\n  ')}`,
    );
    this.problems = problems;
  }
}

/**
 * An attempt, a call or a body took longer than the policy allows.
 *
 * `name` is `TimeoutError`, as for `AbortSignal.timeout`, so that code which looks for that name keeps working.
 */
export class TimeoutError extends SteadfetchError {
  override readonly name = 'TimeoutError';
  declare readonly code: 'ATTEMPT_TIMEOUT' | 'DEADLINE_EXCEEDED' | 'IDLE_TIMEOUT';
  /** The limit that passed. */
  readonly limitMs: number;
  /** How much later than due the process noticed, where it was too busy to notice in time; else 0. */
  readonly lateMs: number;

  constructor(
    code: 'ATTEMPT_TIMEOUT' | 'DEADLINE_EXCEEDED' | 'IDLE_TIMEOUT',
    limitMs: number,
    cause?: unknown,
    lateMs = 0,
  ) {
    const late =
      lateMs > 0 ? ` The process was busy and noticed ${Math.round(lateMs)} ms later, so no guard learns of it.` : '';
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
    case 'IDLE_TIMEOUT':
      return `No chunk of the response body arrived for ${limit} ms.`;
  }
}

/** A guard of ours refused to send: the breaker is open, the concurrency limit is reached, or the origin asked to be left alone. */
export class RejectedError extends SteadfetchError {
  override readonly name = 'RejectedError';
  declare readonly code: 'CIRCUIT_OPEN' | 'CONCURRENCY_LIMIT' | 'ORIGIN_HELD';
  /** The origin (or origin and route) that the guard stands before. */
  readonly guarded: string;
  /** When the guard may let a call through again, if it knows. Milliseconds from now. */
  readonly retryAfterMs: number | undefined;

  constructor(code: RejectedError['code'], guarded: string, message: string, retryAfterMs?: number) {
    super(code, message);
    this.guarded = guarded;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Makes an error without its stack: on the paths where thousands a second are made, the stack is most of the cost. */
export function withoutStack<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
