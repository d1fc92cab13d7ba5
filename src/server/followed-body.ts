/** The body of a Response that is sent as it comes, for a run that goes on to its end. */
import type {Rest} from './made-response.ts';

/** A client that disconnects cancels the body. The source is then read to its end, because the handler acts while it produces the body. */
export class FollowedBody implements Rest {
  /** What is sent. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #isRead = false;
  #isCancelled = false;
  #isDropped = false;
  #isLetGo = false;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(source: ReadableStream<Uint8Array>) {
    this.#reader = source.getReader();
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.ended.catch(() => {}); // A run that has lost its key does not wait for it.
    this.stream = new ReadableStream(
      {
        pull: async controller => {
          if (this.#isDropped) throw new Error('The response was not read before its run was over.');
          this.#isRead = true;
          const value = await this.#next();
          if (this.#isCancelled) return;
          if (value === null) controller.close();
          else controller.enqueue(value);
        },
        cancel: async () => {
          this.#isCancelled = true;
          void this.#readToEnd();
        },
      },
      {highWaterMark: 0}, // Nothing is pulled before it is read.
    );
  }

  /** A server reads a response at once. One that it has not read is dropped, as behind a timeout middleware that has answered. */
  letGo(isPassedOn: boolean): void {
    this.#isLetGo = true;
    this.#isDropped = isPassedOn && !this.#isRead;
    if (this.#isCancelled || this.#isDropped) this.#reader.cancel().catch(() => {});
  }

  async #readToEnd(): Promise<void> {
    try {
      if (this.#isLetGo) await this.#reader.cancel();
      else while ((await this.#next()) !== null);
    } catch {
      // The promise `ended` has the error.
    }
  }

  /** Resolves with null at the end. */
  async #next(): Promise<Uint8Array | null> {
    try {
      const {done, value} = await this.#reader.read();
      if (!done) return value;
      this.#resolve();
      return null;
    } catch (error) {
      this.#reject(error);
      throw error;
    }
  }
}
