/** Which time limit ends an attempt first. */

export interface TimeLimit {
  readonly path: 'attemptTimeoutMs' | 'deadlineMs';
  readonly what: string;
  readonly name: string;
  readonly ms: number;
}

/** The shorter limit: the attempt timeout or the deadline. */
export function shorterLimit(attemptTimeoutMs: number | null, deadlineMs: number | null): TimeLimit {
  const attemptMs = attemptTimeoutMs ?? Number.POSITIVE_INFINITY;
  const callMs = deadlineMs ?? Number.POSITIVE_INFINITY;
  return attemptMs <= callMs
    ? {path: 'attemptTimeoutMs', what: 'An attempt', name: 'attempt timeout', ms: attemptMs}
    : {path: 'deadlineMs', what: 'A call', name: 'deadline', ms: callMs};
}
