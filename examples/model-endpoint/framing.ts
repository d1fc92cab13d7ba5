/** Encodings of an event stream. To a reader that follows the specification, all of them are the same stream. */

export interface Framing {
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly byteOrderMark: boolean;
  /** Bytes per chunk; null: one event per chunk. */
  readonly chunkBytes: number | null;
}

export const PLAIN: Framing = {lineEnd: '\n', byteOrderMark: false, chunkBytes: null};

export async function* encode(texts: AsyncIterable<string>, framing: Framing): AsyncGenerator<Uint8Array> {
  const {lineEnd, byteOrderMark, chunkBytes} = framing;
  const encoder = new TextEncoder();
  let isFirst = true;
  for await (const text of texts) {
    const mark = isFirst && byteOrderMark ? '\uFEFF' : '';
    isFirst = false;
    const bytes = encoder.encode(mark + text.replaceAll('\n', lineEnd));
    const size = chunkBytes ?? bytes.length;
    for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size);
  }
}
