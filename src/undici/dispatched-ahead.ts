/** The event stream of one dispatch: every chunk is handed in as it comes, first until the beginning is over, then for what it brings. */
import type {ReadAhead} from '../body/response-bodies.ts';
import type {BeginningEnd, StreamBeginning} from '../body/stream-beginning.ts';
import type {SteadfetchError} from '../core/errors.ts';

export class DispatchedAhead implements ReadAhead {
  readonly #beginning: StreamBeginning;
  readonly #end = Promise.withResolvers<BeginningEnd>();
  #isOver = false;

  constructor(beginning: StreamBeginning) {
    this.#beginning = beginning;
    this.#end.promise.catch(() => {}); // It may break before it is read, or without being read.
  }

  /** The connection is not paused meanwhile: `holdBytes` bounds what is kept. */
  get isReading(): boolean {
    return !this.#isOver;
  }

  read(): Promise<BeginningEnd> {
    return this.#end.promise;
  }

  /** The caller's handler is given all that was kept. */
  release(): void {
    this.#isOver = true;
  }

  /** The attempt aborts the connection. */
  cancel(): void {
    this.#isOver = true;
  }

  // Parts of the response.

  chunk(chunk: Uint8Array): void {
    if (this.#isOver) return this.#beginning.readOn(chunk);
    const end = this.#beginning.read(chunk);
    if (end !== null) this.#decided(end);
  }

  /** @returns Why what follows the beginning is incomplete; null where it is not. */
  ended(): SteadfetchError | null {
    const end = this.#beginning.end();
    const isLater = this.#isOver;
    if (!isLater) this.#decided(end);
    return isLater && end.kind === 'incomplete' ? end.error : null;
  }

  broke(error: unknown): void {
    this.#isOver = true;
    this.#end.reject(error); // Has no effect if the promise has settled.
  }

  #decided(end: BeginningEnd): void {
    this.#isOver = true;
    this.#end.resolve(end);
  }
}
