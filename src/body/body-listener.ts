/** Notifies an attempt about the body of its response: while it is read, and if it is garbage-collected unread. */
import {type HiddenField, hiddenField} from '../core/hidden-field.ts';
import type {BodyEnd} from '../core/observer.ts';

export interface BodyListener {
  /** Why the body was aborted, if it was. Not every fetch gives the reason to a later reader. */
  readonly failure: unknown;
  /** Whether a timer runs that will end the body. */
  readonly armed: boolean;
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
  ended(how?: BodyEnd): void;
}

/** Of a response, its stream and the readers of that. Null: the stream is read as a whole, by a method of its response. */
export const listenerOf: HiddenField<BodyListener | null> = hiddenField();

/**
 * The registry must not reach the watched object, or that is never collected. An attempt has no reference to its response, to the promise
 * of the caller, or to a loop that keeps the last response. Null in runtimes without a registry.
 */
const unread =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<BodyListener>(listener => listener.ended());

/**
 * Ends a body that the caller never reads to its end: once the object is garbage-collected, its timer and its signal are released.
 *
 * @param object The response, or the reader of its stream.
 */
export function endWhenCollected(object: object, listener: BodyListener): void {
  unread?.register(object, listener);
}
