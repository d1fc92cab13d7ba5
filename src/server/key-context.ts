/** What the handler of a request with a key gets. */
import {currentDeadline, type RequestDeadline} from './deadline-scope.ts';

/** What the handler of a keyed request gets. */
export interface KeyContext<Tx = undefined> {
  /** The key, without quotes; undefined for a request without one. Pass it on to services that take one. */
  readonly key: string | undefined;
  /** The fencing token: unique for each run, so that a later system can refuse what an overtaken run still sends. */
  readonly token: string;
  /**
   * Aborts when the run has lost its key, after `maxRunMs`, and when the deadline of `withDeadline` passes; not when the client disconnects. What the
   * handler answers after it has lost its key is dropped, except the rest of a response that is sent as it comes.
   */
  readonly signal: AbortSignal;
  /** The transaction of a transactional store, for the effect; undefined with other stores. Throws once the transaction has ended. */
  readonly transaction: Tx;
  /** The deadline and the attempt of `withDeadline`; undefined without it. */
  readonly deadline: RequestDeadline | undefined;
  /**
   * Says that the handler has done nothing and will do nothing: the key is free when the handler has answered or thrown, whatever the status. Nothing
   * else frees a key. Has no effect once the response has ended, or is being sent as it comes.
   */
  readonly release: () => void;
}

/** One run of a handler: what it gets, and what it said. */
export class Run<Tx> {
  readonly context: KeyContext<Tx>;
  #isReleased = false;
  #hasAnswered = false;

  /** @param own Aborts when the run loses its key; null where it has none to lose. */
  constructor(key: string | undefined, token: string, transaction: Tx, own: AbortSignal | null) {
    const deadline = currentDeadline();
    const signals = [own, deadline?.signal].filter(signal => signal !== null && signal !== undefined);
    const release = (): void => {
      if (!this.#hasAnswered) this.#isReleased = true;
    };
    this.context = {key, token, transaction, deadline, signal: AbortSignal.any(signals), release};
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** What the handler says later has no effect. */
  answered(): void {
    this.#hasAnswered = true;
  }
}
