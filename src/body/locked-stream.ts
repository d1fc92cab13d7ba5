/** A lock on the body of a response that was cloned, for the moment in which its fetch is aborted. */

const Native = globalThis.ReadableStream?.prototype;

/**
 * Locks a body that has no reader. The returned function unlocks it.
 *
 * An abort makes the fetch of Node 22 (undici 6) cancel the body. Where a copy was cancelled before, that ends with the reason of the abort,
 * which nothing catches: an unhandled rejection, which ends the process. The fetch leaves a locked body alone, and the abort breaks it all the same.
 */
export function lockUnread(response: Response): () => void {
  const {body} = response;
  if (body === null || body.locked) return () => {};
  const reader = Native.getReader.call(body) as ReadableStreamDefaultReader;
  reader.closed.catch(() => {});
  return () => reader.releaseLock();
}
