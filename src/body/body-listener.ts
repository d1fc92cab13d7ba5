/** Notifies an attempt about the body of its response: while it is read, and if it is garbage-collected unread. */
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import type {BodyEnd} from '../core/observer.ts';

export interface BodyListener {
  /** Why the body was aborted, if it was. Not every fetch gives the reason to a later reader. */
  readonly failure: unknown;
  /** Whether something is held until the body ends: the caller's signal, or a span. */
  readonly holds: boolean;
  /** How many attempts it notifies. Absent: one. */
  readonly layers?: number;
  /** The body is now read chunk by chunk: the idle timeout applies instead of the attempt timeout. */
  streaming(): void;
  /** A reader waits for the next chunk. */
  awaitingChunk(): void;
  /**
   * A read is pending. A timeout or an abort calls `interrupt`, because the body of a custom fetch may ignore its signal.
   */
  pending(interrupt: (error: unknown) => void): void;
  /** A chunk came. The time until the reader asks for the next one does not count. */
  chunkArrived(chunk?: Uint8Array): void;
  /** Called with the result of `text()` or `json()`. Absent: no listener needs it. */
  gave?(value: unknown): void;
  /** The body of this response was cloned, so one more copy can be read. */
  cloned(response: Response): void;
  /** The reader of one copy gave up. */
  readerLeft(): void;
  /** The body has ended. `how` is absent if its reader gave up. */
  ended(how?: BodyEnd, error?: unknown): void;
}

/** The listener of a response, of its stream and of the readers of that. Null: the stream is read as a whole, by a method of its response. */
export const listenerOf: HiddenField<BodyListener | null> = hiddenField();

/** More are no clients, one above the other, but a double of fetch that gives one response again and again. */
const MOST_LAYERS = 5;

/**
 * Notifies the attempts of two clients, one above the other.
 *
 * @returns Null where there are too many.
 */
export function bothListeners(outer: BodyListener, inner: BodyListener): BodyListener | null {
  const layers = (inner.layers ?? 1) + 1;
  if (layers > MOST_LAYERS) return null;
  const each = (notify: (listener: BodyListener) => void): void => [inner, outer].forEach(notify);
  return {
    layers,
    holds: inner.holds || outer.holds,
    get failure() {
      return outer.failure ?? inner.failure;
    },
    streaming: () => each(listener => listener.streaming()),
    awaitingChunk: () => each(listener => listener.awaitingChunk()),
    pending: interrupt => each(listener => listener.pending(interrupt)),
    chunkArrived: chunk => each(listener => listener.chunkArrived(chunk)),
    gave: value => each(listener => listener.gave?.(value)),
    cloned: response => each(listener => listener.cloned(response)),
    readerLeft: () => each(listener => listener.readerLeft()),
    ended: (how, error) => each(listener => listener.ended(how, error)),
  };
}

/**
 * The responses whose collection ends their body, or their streams once the caller has looked at these. A stream that is cancelled is no longer among them.
 *
 * The registry must not reach the watched object, or that is never collected. An attempt has no reference to its response, to the promise
 * of the caller, or to a loop that keeps the last response. Null in runtimes without a registry.
 */
export const unread: FinalizationRegistry<BodyListener> | null =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<BodyListener>(listener => listener.readerLeft());

/**
 * A body that the caller never reads to its end: once it is garbage-collected, its signal and its span are released, unless a clone of it is left.
 *
 * @param body   The response, or its stream.
 * @param before What was watched in place of it.
 */
export function endWhenCollected(body: object, listener: BodyListener, before: object = body): void {
  unread?.unregister(before);
  unread?.register(body, listener, body);
}
