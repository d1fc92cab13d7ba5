/** The two files of a run: all results, and the failed requests with theirs. */
import {closeSync, statSync} from 'node:fs';
import type {BatchFiles, Output} from './files.ts';
import {LinesFile} from './lines-file.ts';
import type {RequestItem} from './request-line.ts';
import type {ResultLine} from './result-line.ts';
import {UsageError} from './usage-error.ts';
import {openFifo} from './write-file.ts';

interface Opened {
  readonly results: LinesFile;
  readonly failures: LinesFile | undefined;
}

export class Outputs {
  readonly #files: Pick<BatchFiles, 'out' | 'errors'>;
  /** Descriptors of FIFOs, open from the beginning to the end: a request whose result has no reader must not be sent. */
  readonly #held: readonly number[];
  #opened: Opened | undefined;

  /**
   * @param readerWaitMs How long a FIFO may be without a reader. Default: 10 s.
   * @throws UsageError if a FIFO has no reader.
   */
  constructor(files: Pick<BatchFiles, 'out' | 'errors'>, readerWaitMs?: number) {
    this.#files = files;
    this.#held = [files.out, files.errors].flatMap(output =>
      output === undefined ? [] : heldFifo(output, readerWaitMs),
    );
  }

  /** The file of the failed lines; undefined if no line failed, or if they are only in the results. */
  get errors(): string | undefined {
    return this.#opened?.failures?.count ? this.#files.errors?.place.name : undefined;
  }

  /** Resolves when the output accepts more. */
  async write(request: RequestItem, line: ResultLine): Promise<void> {
    const {results, failures} = this.#open();
    await results.put(line);
    if (line.error !== null) await failures?.put(failedLine(request, line));
  }

  /** The run has ended: there is a file of results, even if it is empty. */
  complete(): void {
    this.#open().results.create();
  }

  async close(): Promise<void> {
    try {
      await this.#opened?.results.close();
      await this.#opened?.failures?.close();
    } finally {
      for (const fd of this.#held) closeSync(fd);
    }
  }

  /** With the first result: a journal that is refused must leave the results of its run alone. */
  #open(): Opened {
    const {out, errors} = this.#files;
    this.#opened ??= {
      results: new LinesFile(out),
      failures: errors === undefined ? undefined : new LinesFile(errors),
    };
    return this.#opened;
  }
}

function heldFifo({place}: Output, readerWaitMs: number | undefined): number[] {
  if (!('path' in place) || !statSync(place.path, {throwIfNoEntry: false})?.isFIFO()) return [];
  try {
    return [openFifo(place.path, readerWaitMs)];
  } catch (error) {
    throw new UsageError(`${place.name} ${(error as Error).message}.`);
  }
}

/** The whole request with its result: a line of requests again. */
function failedLine({customId, method, path, body}: RequestItem, {id, response, error}: ResultLine): object {
  return {custom_id: customId, method, url: path, body, id, response, error};
}
