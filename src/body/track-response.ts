/**
 * Ties the body of a response to its attempt.
 *
 * Body methods (`.json()`, `.text()`, …) stay under the attempt's time. The first reader on `.body` makes it a stream:
 * then only silence counts, so that the answer of a model may take minutes. The response stays the very object that fetch
 * gave, because a new one would lose `url` and `type`. It gets no property: another prototype stands before its own, so that its
 * own methods may be read-only. Measured: 0.2 µs, as much as to assign the methods; to define them costs 1.2 µs.
 */
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import {failureKind} from '../decide/failure-facts.ts';
import {type BodyListener, bothListeners, endWhenCollected, listenerOf} from './body-listener.ts';
import {trackStream} from './tracked-stream.ts';

/** The stream that the caller has looked at. */
const seenStreamOf: HiddenField<ReadableStream<Uint8Array>> = hiddenField();

/** @returns False where there is no body to wait for, or none we could watch. */
export function trackResponse(response: Response, listener: BodyListener): boolean {
  if (!response.body) return false;
  if (!isChangeable(response)) return false;
  const inner = listenerOf.get(response);
  const all = inner ? bothListeners(listener, inner) : listener;
  if (all === null) return false;
  listenerOf.set(response, all);
  const seen = seenStreamOf.get(response);
  if (seen) listenerOf.set(seen, all);
  if (!inner) Object.setPrototypeOf(response, trackedPrototype(Object.getPrototypeOf(response) as Response));
  if (all.holds) endWhenCollected(seen ?? response, all);
  return true;
}

/** False for something like a Response, with methods of its own: it is the user's, and stays as it is. */
export const isChangeable = (response: Response): boolean =>
  Object.isExtensible(response) && !Object.hasOwn(response, 'text') && typeof response.text === 'function';

/** A response that was made around the tracked body of another one is read under the same time. */
export function trackAround(response: Response): void {
  const listener = listenerOf.get(Object(response.body));
  // A look at the tracked body, so that a method takes it for read as a whole.
  if (listener && !listenerOf.get(response) && trackResponse(response, listener)) void response.body;
}

/** By the prototype of the response's class, which need not be the global one: undici's is another. */
const trackedPrototypes = new WeakMap<Response, object>();

function trackedPrototype(native: Response): object {
  let tracked = trackedPrototypes.get(native);
  if (tracked === undefined) {
    tracked = Object.create(native, responseMethods(native)) as object;
    trackedPrototypes.set(native, tracked);
  }
  return tracked;
}

function responseMethods(native: Response): PropertyDescriptorMap {
  const methods: Record<string, unknown> = {
    clone(this: Response): Response {
      const copy = callWhole(this, native.clone);
      const listener = listenerOf.get(this);
      if (!listener) return copy;
      listener.cloned(this);
      trackResponse(copy, listener);
      return copy;
    },
  };
  for (const name of BODY_METHODS) if (typeof native[name] === 'function') methods[name] = reading(native, name);
  return {
    ...Object.getOwnPropertyDescriptors(methods),
    body: {
      configurable: true,
      enumerable: true,
      get(this: Response) {
        const stream = Reflect.get(native, 'body', this) as Response['body'];
        const listener = listenerOf.get(this);
        if (!listener || !(stream instanceof ReadableStream)) return stream;
        const seen = seenStreamOf.get(this);
        if (listener.holds && seen !== stream) endWhenCollected(stream, listener, seen ?? this);
        seenStreamOf.set(this, stream);
        return trackStream(stream, listener);
      },
    },
  };
}

export const BODY_METHODS = ['json', 'text', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/** The method reads the stream, in Node by its `getReader()` or `tee()`, which make no stream of the body then. */
function callWhole<T>(response: Response, method: (this: Response) => T): T {
  const stream = seenStreamOf.get(response);
  if (stream && listenerOf.get(stream) === listenerOf.get(response)) listenerOf.set(stream, null);
  return method.call(response);
}

/** The method of that name, under the time of the attempt. */
function reading(native: Response, name: (typeof BODY_METHODS)[number]) {
  return function (this: Response): Promise<unknown> {
    const listener = listenerOf.get(this);
    const promise: Promise<unknown> = callWhole(this, native[name]);
    if (!listener) return promise;
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => {
        listener.ended(error instanceof SyntaxError ? 'read' : failureKind(error), error); // Read whole, and no JSON.
        reject(listener.failure ?? error);
      };
      listener.pending(failed); // Of two clients only one knows.
      promise.then(value => {
        if (name === 'json' || name === 'text') listener.gave?.(value);
        listenerOf.get(this)?.ended('read'); // By "this", so that the response is held while the read is pending.
        resolve(value);
      }, failed);
    });
  };
}
