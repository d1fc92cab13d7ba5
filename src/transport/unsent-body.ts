/** Cancels the body of a request that was never sent: a file or a socket behind it would stay open. */
import {afterPoll} from '../core/after-poll.ts';

export function cancelBody(body: unknown, reason: unknown): void {
  try {
    const {getReader, destroy, return: finish} = body as Cancellable;
    if (typeof getReader === 'function') cancelStream(body as ReadableStream, reason);
    else if (typeof destroy === 'function') destroy.call(body);
    else if (typeof finish === 'function') Promise.resolve(finish.call(body)).catch(() => {});
  } catch {
    // No body. And a body without `cancel` and a stream with another reader are not changed.
  }
}

/** A ReadableStream, a stream of Node, or a generator. */
interface Cancellable {
  readonly getReader?: unknown;
  readonly destroy?: () => unknown;
  readonly return?: () => unknown;
}

/**
 * Read before it is cancelled: the stream that a runtime makes of an iterable closes it only if it has begun to read it. And cancelled a
 * turn later: Node 24 throws an exception that nothing can catch where the iterable ends in the turn in which it is cancelled.
 */
function cancelStream(stream: ReadableStream, reason: unknown): void {
  const reader = stream.getReader();
  reader.read().catch(() => {});
  afterPoll(() => void reader.cancel(reason).catch(() => {}));
}
