/** Reads a body up to a limit. */

/** What was read of a body: all of it, or its beginning and a stream that has all of it. */
export type BoundedBody = {readonly bytes: Uint8Array<ArrayBuffer>} | {readonly stream: ReadableStream<Uint8Array>};

/**
 * Rejects with the error of the stream.
 *
 * @param dropped Aborts where the body is no longer wanted. The body is cancelled then, and the promise rejects with the reason.
 */
export async function readUpTo(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  dropped?: AbortSignal,
): Promise<BoundedBody> {
  if (body === null) return {bytes: new Uint8Array()};
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel(dropped?.reason).catch(() => {});
  if (dropped?.aborted) cancel();
  dropped?.addEventListener('abort', cancel);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size <= maxBytes) {
      const {done, value} = await reader.read();
      dropped?.throwIfAborted(); // A body that is cancelled ends, and its beginning must not be taken for the whole.
      if (done) return {bytes: joined(chunks, size)};
      chunks.push(value);
      size += value.byteLength;
    }
  } finally {
    dropped?.removeEventListener('abort', cancel);
  }
  return {stream: continued(chunks, reader)};
}

export function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The chunks, then what the reader has left. */
function continued(chunks: Uint8Array[], reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      const {done, value} = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: reason => reader.cancel(reason),
  });
}
