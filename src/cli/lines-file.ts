/** A file that lines are written to, as they come. */
import {once} from 'node:events';
import {createWriteStream, rmSync, statSync, type WriteStream} from 'node:fs';
import {finished} from 'node:stream/promises';

export class LinesFile {
  readonly path: string;
  /** Lines written. */
  count = 0;
  #stream: WriteStream | null = null;
  #error: Error | null = null;

  /** @param path What is there of an earlier run is removed now; it is made anew with the first line. */
  constructor(path: string) {
    this.path = path;
    // A device or a pipe is no result of an earlier run.
    if (statSync(path, {throwIfNoEntry: false})?.isFile()) rmSync(path);
  }

  /** Made now, even if no line will come. */
  create(): void {
    this.#open();
  }

  /** A promise where the disk is slower than the lines. */
  put(line: object): Promise<unknown> | undefined {
    if (this.#error !== null) throw this.#error;
    this.count++;
    const stream = this.#open();
    return stream.write(`${JSON.stringify(line)}\n`) ? undefined : once(stream, 'drain');
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    if (this.#stream === null) return;
    this.#stream.end();
    await finished(this.#stream);
  }

  #open(): WriteStream {
    this.#stream ??= createWriteStream(this.path, {flush: true}).on('error', error => {
      this.#error ??= error;
    });
    return this.#stream;
  }
}
