/** Which deadline the current request has, across asynchronous work. Calls through steadfetch inherit it. */
import type {AsyncLocalStorage} from 'node:async_hooks';
import {type InheritedDeadline, installDeadlineReader} from '../core/inherited-deadline.ts';
import {hooks} from '../core/scope.ts';

/** The time of a request. */
export interface RequestDeadline {
  /**
   * Aborts when the deadline passes, until the handler of `withDeadline` has returned its response, or that of `deadlineMiddleware` has closed. Pass it on to
   * work that can be stopped. Never aborts without a deadline.
   */
  readonly signal: AbortSignal;
  /** The time that the client has left, in ms, at least 0; Infinity without a deadline. */
  readonly remainingMs: () => number;
  /** The number of the client's attempt, 1 for the first; undefined if the client sends none. */
  readonly attempt: number | undefined;
}

type ScopeDeadline = RequestDeadline & InheritedDeadline & {readonly hasEnded: boolean};

let storage: AsyncLocalStorage<ScopeDeadline> | null | undefined;

/** Made on first use: Node 22 makes every promise slower once there is an `AsyncLocalStorage`. */
function scopes(): AsyncLocalStorage<ScopeDeadline> | null {
  if (storage !== undefined) return storage;
  const found = hooks === undefined ? null : new hooks.AsyncLocalStorage<ScopeDeadline>();
  storage = found;
  if (found !== null) installDeadlineReader(current);
  return found;
}

/** None once the request was answered. */
function current(): ScopeDeadline | undefined {
  const deadline = storage?.getStore();
  return deadline?.hasEnded ? undefined : deadline;
}

/** Runs the work under a deadline. Without `AsyncLocalStorage` the work runs all the same, and calls inherit nothing. */
export function runUnder<T>(deadline: ScopeDeadline, work: () => T): T {
  const found = scopes();
  return found === null ? work() : found.run(deadline, work);
}

/**
 * The time of the request that is being handled, wherever it is asked for below the handler.
 *
 * @returns undefined outside of `withDeadline` and `deadlineMiddleware`.
 */
export const currentDeadline = (): RequestDeadline | undefined => current();
