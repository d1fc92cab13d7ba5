/** Streams that a handler pipes into its response. */
import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';

export class PipedSources {
  readonly #response: ServerResponse;
  readonly #sources = new Set<Readable>();
  #isDropped = false;

  /**
   * A source that is destroyed before its end does not end the response that it is piped into: without an error handler, the end never comes.
   *
   * @param stopped Called where a source was destroyed, after its other listeners.
   */
  constructor(response: ServerResponse, stopped: () => void) {
    this.#response = response;
    response.on('pipe', (source: Readable) => {
      const closed = (): void =>
        queueMicrotask(() => {
          if (this.#sources.has(source) && source.readableEnded === false) stopped();
        });
      this.#sources.add(source);
      if (this.#isDropped) queueMicrotask(() => this.#stop(source));
      else if (source.closed) closed();
      else source.once('close', closed);
    });
    response.on('unpipe', (source: Readable) => this.#sources.delete(source));
  }

  /** Another answer was sent. It closes the response, which would unpipe the sources, and leave them open for good. */
  drop(): void {
    this.#isDropped = true;
    for (const source of this.#sources) this.#stop(source);
  }

  #stop(source: Readable): void {
    if (typeof source.unpipe !== 'function') return; // A legacy stream.
    source.unpipe(this.#response);
    this.#end(source);
  }

  /** Destroys a stream that nothing reads any more, and those that are piped into it. */
  #end(source: Readable): void {
    if (source === this.#response.req) return; // Destroyed, it would close the connection.
    if (source.listenerCount('data') > 0 || source.listenerCount('readable') > 0) {
      source.resume(); // `unpipe` may have paused it.
      return;
    }
    source.on('unpipe', (before: Readable) => this.#end(before));
    source.destroy();
  }
}
