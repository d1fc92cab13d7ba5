/** Reads a body up to a limit. */

/** What was read of a body: all of it, or its beginning and a stream that has all of it. */
export type BoundedBody = {readonly bytes: Uint8Array<ArrayBuffer>} | {readonly stream: ReadableStream<Uint8Array>};

/** Rejects with the error of the stream. */
export async function readUpTo(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<BoundedBody> {
  if (body === null) return {bytes: new Uint8Array()};
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= maxBytes) {
    const {done, value} = await reader.read();
    if (done) return {bytes: joined(chunks, size)};
    chunks.push(value);
    size += value.byteLength;
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
