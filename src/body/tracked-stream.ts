/**
 * The stream of a response's body, which notifies its attempt of reads and of the end.
 *
 * It stays the very object that fetch gave; another prototype stands before its own. The same is done to its readers.
 */
import {type BodyListener, listenerOf, unread} from './body-listener.ts';

type Stream = ReadableStream<Uint8Array>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

const Native = globalThis.ReadableStream?.prototype;

/** Looking at the stream without reading it, as ky does, changes nothing. */
export function trackStream(stream: Stream, listener: BodyListener): Stream {
  if (!listenerOf.get(stream)) {
    listenerOf.set(stream, listener);
    Object.setPrototypeOf(stream, TrackedStream);
  }
  return stream;
}

function trackedReader(stream: Stream, options?: {mode?: 'byob'}): Reader {
  const reader = Native.getReader.call(stream, options as undefined) as Reader;
  const listener = listenerOf.get(stream);
  if (!listener) return reader;
  listener.streaming();
  listenerOf.set(reader, listener);
  return Object.setPrototypeOf(reader, options?.mode === 'byob' ? TrackedByobReader : TrackedReader) as Reader;
}

/** pipeTo, pipeThrough and tee read through inner slots: they get a stream that pulls through the tracked reader. */
function relayed(stream: Stream): Stream {
  const reader = trackedReader(stream);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const {done, value} = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: reason => reader.cancel(reason),
    },
    {highWaterMark: 0},
  );
}

async function* chunks(reader: Reader, keepOpen: boolean): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    if (!keepOpen) reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

const TrackedStream: object = before(Native, {
  getReader(this: Stream, options?: {mode?: 'byob'}) {
    return trackedReader(this, options);
  },
  cancel(this: Stream, reason?: unknown) {
    unread?.unregister(this);
    listenerOf.get(this)?.readerLeft();
    return Native.cancel.call(this, reason);
  },
  pipeTo(this: Stream, ...args: [WritableStream<Uint8Array>]) {
    return Native.pipeTo.apply(relayed(this), args);
  },
  pipeThrough(this: Stream, ...args: [ReadableWritablePair<Uint8Array, Uint8Array>]) {
    return Native.pipeThrough.apply(relayed(this), args);
  },
  tee(this: Stream) {
    return Native.tee.call(relayed(this));
  },
  values(this: Stream, options?: {preventCancel?: boolean}) {
    return chunks(trackedReader(this), options?.preventCancel === true);
  },
  [Symbol.asyncIterator](this: Stream) {
    return chunks(trackedReader(this), false);
  },
});

const TrackedReader: object = readerMethods(globalThis.ReadableStreamDefaultReader?.prototype);
const TrackedByobReader: object = readerMethods(globalThis.ReadableStreamBYOBReader?.prototype);

function readerMethods(native: object | undefined): object {
  const {read, cancel} = (native ?? {}) as {
    read: (...view: unknown[]) => ReturnType<Reader['read']>;
    cancel: Reader['cancel'];
  };
  return before(native, {
    read(this: Reader, ...view: unknown[]): ReturnType<Reader['read']> {
      const listener = listenerOf.get(this);
      const promise = read.apply(this, view);
      if (!listener) return promise;
      listener.awaitingChunk();
      return new Promise((resolve, reject) => {
        listener.pending(error => {
          reject(error);
          cancel.call(this, error).catch(() => {});
        });
        promise.then(
          result => {
            if (result.done) listener.ended('read');
            else listener.chunkArrived(result.value);
            resolve(result);
          },
          error => {
            listener.ended('network', error);
            reject(error);
          },
        );
      });
    },
    cancel(this: Reader, reason?: unknown) {
      listenerOf.get(this)?.readerLeft();
      return cancel.call(this, reason);
    },
  });
}

/** A prototype with these methods, and behind it the one of the class. */
function before(native: object | undefined, methods: object): object {
  return Object.create(native ?? null, Object.getOwnPropertyDescriptors(methods));
}
