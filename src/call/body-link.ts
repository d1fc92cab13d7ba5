/**
 * Ties the body of a response to its attempt.
 *
 * Body methods (`.json()`, `.text()`, …) stay under the attempt's time. The first reader on `.body` makes it a stream:
 * then only silence counts, so that the answer of a model may take minutes. The response stays the very object that fetch
 * gave: a new one would lose `url` and `type`. Own properties, not a new prototype: measured, the cheaper of the two.
 */
import type {BodyKeeper} from './body-keeper.ts';
import {ForeignResponse} from './foreign-response.ts';

const KEEPER = Symbol('body keeper');

interface Linked {
  [KEEPER]: BodyKeeper;
}
type LinkedResponse = Response & Linked;
type LinkedStream = ReadableStream<Uint8Array> & Linked;

/** A response that nobody reads lets go of the caller's signal when it is collected, where no timer does it before. */
const forgotten = new FinalizationRegistry<BodyKeeper>(keeper => keeper.unlink());

/** @returns False where there is no body to wait for, or none we could watch. */
export function linkBody(response: Response, keeper: BodyKeeper): boolean {
  if (response instanceof ForeignResponse) {
    if (response.isComplete) return false;
    response.linkTo(keeper);
    return true;
  }
  if (!response.body) return false;
  // Something like a Response, with methods of its own: it is the user's, and stays as it is.
  if (Object.hasOwn(response, 'text') || typeof inherited(response, 'text') !== 'function') return false;
  if (!Object.isExtensible(response)) return false;
  const linked = response as LinkedResponse;
  linked[KEEPER] = keeper;
  linked.json = json;
  linked.text = text;
  linked.arrayBuffer = arrayBuffer;
  linked.blob = blob;
  linked.bytes = bytes;
  linked.formData = formData;
  linked.clone = clone;
  Object.defineProperty(linked, 'body', watchedBody);
  if (!keeper.armed) forgotten.register(response, keeper);
  return true;
}

type BodyMethod = 'json' | 'text' | 'arrayBuffer' | 'blob' | 'bytes' | 'formData';

/** The method of the response's own class, which need not be the global one: undici's is another. */
const inherited = (object: object, name: string): unknown =>
  (Object.getPrototypeOf(object) as Record<string, unknown>)[name];

function reading<T>(name: BodyMethod) {
  return function (this: LinkedResponse): Promise<T> {
    const keeper = this[KEEPER];
    const promise = (inherited(this, name) as () => Promise<T>).call(this);
    return new Promise((resolve, reject) => {
      keeper.pending(reject);
      promise.then(
        value => {
          keeper.unlink('read');
          resolve(value);
        },
        error => {
          keeper.unlink(error instanceof SyntaxError ? 'read' : 'network'); // Read whole, and no JSON.
          reject(error);
        },
      );
    });
  };
}

// biome-ignore lint/suspicious/noExplicitAny: it is what Response.json() promises.
const json = reading<any>('json');
const text = reading<string>('text');
const arrayBuffer = reading<ArrayBuffer>('arrayBuffer');
const blob = reading<Blob>('blob');
const bytes = reading<Uint8Array<ArrayBuffer>>('bytes');
const formData = reading<FormData>('formData');

function clone(this: LinkedResponse): Response {
  const copy = (inherited(this, 'clone') as () => Response).call(this);
  this[KEEPER].cloned();
  linkBody(copy, this[KEEPER]);
  return copy;
}

const watchedBody: PropertyDescriptor & ThisType<LinkedResponse> = {
  configurable: true,
  enumerable: true,
  get() {
    const stream = Reflect.get(Object.getPrototypeOf(this), 'body', this) as ReadableStream<Uint8Array> | null;
    return stream instanceof ReadableStream ? watched(stream, this[KEEPER]) : stream;
  },
};

/** The same stream object; only the ways to read it tell. Looking at `.body` without reading it, as ky does, changes nothing. */
function watched(stream: ReadableStream<Uint8Array>, keeper: BodyKeeper): ReadableStream<Uint8Array> {
  const linked = stream as LinkedStream;
  if (linked[KEEPER] === undefined) {
    linked[KEEPER] = keeper;
    Object.setPrototypeOf(linked, WatchedStream);
  }
  return linked;
}

const Native = globalThis.ReadableStream?.prototype;

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function watchedReader(stream: LinkedStream, options?: {mode?: 'byob'}): Reader {
  const keeper = stream[KEEPER];
  const reader = Native.getReader.call(stream, options as undefined) as Reader;
  const {read, cancel} = reader as {read: (...view: unknown[]) => ReturnType<Reader['read']>; cancel: Reader['cancel']};
  keeper.streaming();
  forgotten.register(reader, keeper);
  reader.read = (...view: unknown[]): ReturnType<Reader['read']> => {
    keeper.awaitingChunk();
    const promise = read.apply(reader, view);
    return new Promise((resolve, reject) => {
      keeper.pending(error => {
        reject(error);
        cancel.call(reader, error).catch(() => {});
      });
      promise.then(
        result => {
          if (result.done) keeper.unlink('read');
          else keeper.chunkArrived();
          resolve(result);
        },
        error => {
          keeper.unlink('network');
          reject(error);
        },
      );
    });
  };
  reader.cancel = (reason?: unknown) => {
    keeper.readerLeft();
    return cancel.call(reader, reason);
  };
  return reader;
}

/** pipeTo, pipeThrough and tee read through inner slots: they get a stream that pulls through the watched reader. */
function relayed(stream: LinkedStream): ReadableStream<Uint8Array> {
  const reader = watchedReader(stream);
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

type IterateOptions = {preventCancel?: boolean};

const WatchedStream: object = Object.create(
  Native ?? null,
  Object.getOwnPropertyDescriptors({
    getReader(this: LinkedStream, options?: {mode?: 'byob'}) {
      return watchedReader(this, options);
    },
    cancel(this: LinkedStream, reason?: unknown) {
      this[KEEPER].readerLeft();
      return Native.cancel.call(this, reason);
    },
    pipeTo(this: LinkedStream, ...args: [WritableStream<Uint8Array>]) {
      return Native.pipeTo.apply(relayed(this), args);
    },
    pipeThrough(this: LinkedStream, ...args: [ReadableWritablePair<Uint8Array, Uint8Array>]) {
      return Native.pipeThrough.apply(relayed(this), args);
    },
    tee(this: LinkedStream) {
      return Native.tee.call(relayed(this));
    },
    values(this: LinkedStream, options?: IterateOptions) {
      return chunks(watchedReader(this), options?.preventCancel === true);
    },
    [Symbol.asyncIterator](this: LinkedStream) {
      return chunks(watchedReader(this), false);
    },
  }),
);
