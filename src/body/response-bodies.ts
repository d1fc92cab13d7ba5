/** How the bodies of one kind of response are watched and given up: fetch's, undici's, gRPC's, a batch's. */
import type {AbortSource} from '../core/abort-source.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {Clock} from '../core/timer.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {BodyListener} from './body-listener.ts';
import type {ErrorRead} from './read-error.ts';
import type {BeginningEnd, StreamBeginning} from './stream-beginning.ts';

export interface ResponseBodies<in R extends AttemptResponse> {
  /** Its chunks come whether or not the caller waits for them. Default: false. */
  readonly flows?: boolean;
  /**
   * The response goes to the caller: its body notifies the listener of reads.
   *
   * @returns False where there is no body to wait for, or none that can be watched.
   */
  track(response: R, listener: BodyListener): boolean;
  /**
   * The call waits: until it goes on the response holds no connection, and it may still become the answer.
   *
   * @param signal Ends the reading.
   * @returns Null where nothing has to be done later.
   */
  hold(response: R, clock: Clock, signal: AbortSource | null): HeldBody | null;
  /**
   * The JSON body of an error, parsed, while the call decides; the response keeps its body. Left out: no body of this kind is read.
   *
   * @returns Undefined, now or later, where there is nothing that can be read within the limits.
   */
  readError?(response: R, limits: ErrorRead): unknown;
  /** The usage that an answer reports which was read before the engine gets it. Left out: it is found as the caller reads the body. */
  usageOf?(response: R): AskedTokens;
  /** Prepares to read the beginning of an event stream. Left out, or null: such a body cannot be read ahead. */
  readAhead?(response: R, beginning: StreamBeginning): ReadAhead | null;
  /**
   * The response is not read.
   *
   * @param signal Ends what is read of it for its connection.
   */
  discard(response: R, clock: Clock, signal: AbortSource | null): void;
}

/** The body of a response that waits. */
export interface HeldBody {
  /**
   * The response is the answer after all.
   *
   * @returns Whether its body can be read. Where it was dropped, reading it fails with an error that says why.
   */
  release(): boolean;
  /** The response is not the answer. */
  discard(): void;
}

/** The event stream of one response: its beginning is read before the response goes anywhere, and its chunks are watched after that. */
export interface ReadAhead {
  /** Called at most once. Rejects where the body breaks. */
  read(): Promise<BeginningEnd>;
  /** The response goes on: its body gives what was read, and then the rest, byte for byte. */
  release(): void;
  /** The attempt is over: the body is cancelled, and fails with the reason where it goes on already. */
  cancel(reason: unknown): void;
}
