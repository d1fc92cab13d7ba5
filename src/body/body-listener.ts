/** How the attempt that brought a body is notified: while the body is read, and when it is collected unread. */
import type {BodyEnd} from '../core/observer.ts';

export interface BodyListener {
  /** A timer runs that ends the body one day. */
  readonly armed: boolean;
  /** The body is now read chunk by chunk: the idle timeout applies instead of the attempt timeout. */
  streaming(): void;
  /** A reader waits for the next chunk. */
  awaitingChunk(): void;
  /**
   * A read is pending. It is interrupted when its time is over or the caller aborts: the body of a custom fetch may ignore its signal.
   */
  pending(interrupt: (error: unknown) => void): void;
  /** A chunk came; how long its reader takes to ask for the next one is not the server's fault. */
  chunkArrived(chunk?: Uint8Array): void;
  /** Called with the result of `text()` or `json()`. Absent: no listener needs it. */
  gave?(value: unknown): void;
  /** The body was cloned, so there is one more to read. */
  cloned(): void;
  /** One of the copies was given up. */
  readerLeft(): void;
  /** The body is over. Left out: it was given up. */
  ended(how?: BodyEnd): void;
}

/**
 * What it holds must not reach the object that is watched, or that object is never collected. An attempt does not reach its response:
 * it reaches neither the promise that the caller got nor a loop that keeps the last response. Null where the runtime has no registry.
 */
const unread =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<BodyListener>(listener => listener.ended());

/**
 * Of bodies that the caller does not read to the end: when the response is collected, its timer and its signal are released.
 *
 * @param object The response, or the reader of its stream.
 */
export function endWhenCollected(object: object, listener: BodyListener): void {
  unread?.register(object, listener);
}
