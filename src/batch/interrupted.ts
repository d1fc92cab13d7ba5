import type {ItemOutcome} from './entry.ts';

/** The outcome of an item that was in flight when its process ended, and that must not be sent twice. */
export const INTERRUPTED: ItemOutcome = {
  ok: false,
  failure: {
    code: 'interrupted',
    refusal: 'may-have-acted',
    reason: 'the request was under way when the process ended, and the server may have acted',
    status: undefined,
    body: undefined,
    error: undefined,
    retryable: false,
  },
  attempts: 1,
};
