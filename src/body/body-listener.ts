/** What a body tells, while it is read. */
import type {BodyEnd} from '../core/observer.ts';

/** Whom it tells: the attempt that brought it. */
export interface BodyKeeper {
  /** A timer runs, so nothing is forgotten for ever. */
  readonly armed: boolean;
  /** From now on the body is read chunk by chunk: the total time no longer counts, silence does. */
  streaming(): void;
  /** Someone waits for the next chunk. */
  awaitingChunk(): void;
  /**
   * A read is pending. It is interrupted when the time, or the caller's patience, is over: a body of a fetch of the user's need not
   * listen to the signal.
   */
  pending(interrupt: (error: unknown) => void): void;
  /** It came; how long its reader takes to ask for the next one is not the server's fault. */
  chunkArrived(): void;
  /** The body was cloned, so there is one more to read. */
  cloned(): void;
  /** One of the copies was given up. */
  readerLeft(): void;
  /** The body is over. Nothing said: nobody wanted it. */
  unlink(how?: BodyEnd): void;
}
