/** The two files of a run: all results, and the failed requests with theirs. */
import type {BatchFiles} from './files.ts';
import {LinesFile} from './lines-file.ts';
import type {RequestItem} from './request-line.ts';
import type {ResultLine} from './result-line.ts';

interface Opened {
  readonly results: LinesFile;
  readonly failures: LinesFile | undefined;
}

export class Outputs {
  readonly #files: Pick<BatchFiles, 'out' | 'errors'>;
  #opened: Opened | undefined;

  constructor(files: Pick<BatchFiles, 'out' | 'errors'>) {
    this.#files = files;
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
    await this.#opened?.results.close();
    await this.#opened?.failures?.close();
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

/** The whole request with its result: a line of requests again. */
function failedLine({customId, method, path, body}: RequestItem, {id, response, error}: ResultLine): object {
  return {custom_id: customId, method, url: path, body, id, response, error};
}
