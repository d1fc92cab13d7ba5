/** How a call that has ended settles the promise that its caller awaits. */
import type {Outcome} from '../core/outcome.ts';
import {isError} from '../core/unknown-value.ts';

export type Resolve = (response: Response | PromiseLike<Response>) => void;

/** Errors whose stack already names the caller: it has ended at once, or is the caller's own. */
const NAMES_CALLER: ReadonlySet<Outcome['kind']> = new Set(['aborted', 'rejected', 'hook', 'stopped']);

/** Rejects, too, by `resolve`: the call need not keep the other function, of 70 bytes, while it waits. */
export function settleWith({response, error, kind}: Outcome<Response>, resolve: Resolve): void {
  if (response !== null) resolve(response);
  else resolve(NAMES_CALLER.has(kind) ? Promise.reject(error) : rejectedWith(error));
}

/** Errors that several calls share are extended once. */
const extended = new WeakSet<object>();

/**
 * Rejects with the error, once its stack names the caller.
 *
 * V8 adds the functions that await a promise to a stack that is captured in a reaction of that promise. The engine settles a call from
 * callbacks, so the stack of its error would end in the runtime, where plain fetch names the caller. Here the stack is captured in a reaction
 * of a promise that the caller's promise follows, after the call has failed. A call that succeeds pays nothing.
 */
async function rejectedWith(error: unknown): Promise<never> {
  // Until the caller's promise follows this one.
  await undefined;
  await undefined;
  try {
    if (isError(error) && typeof error.stack === 'string' && !extended.has(error)) {
      extended.add(error);
      error.stack += callerFrames();
    }
  } catch {
    // A frozen error, or one whose stack throws.
  }
  throw error;
}

function callerFrames(): string {
  const holder: {stack?: unknown} = {};
  // Exists only in V8.
  Error.captureStackTrace?.(holder, rejectedWith);
  // Without the first line, which names the holder.
  return typeof holder.stack === 'string' ? holder.stack.replace(/.*/, '') : '';
}
