/** The two files of a run: all results, and the failed ones once more. */
import {LinesFile} from './lines-file.ts';
import type {ResultLine} from './result-line.ts';

export class Outputs {
  readonly #out: string;
  readonly #errors: string;
  #files: {readonly results: LinesFile; readonly failures: LinesFile} | undefined;

  constructor(out: string, errors: string) {
    this.#out = out;
    this.#errors = errors;
  }

  /** Lines in the file of errors. */
  get failed(): number {
    return this.#files?.failures.count ?? 0;
  }

  /** Resolves when there is room for more. */
  async write(line: ResultLine): Promise<void> {
    const {results, failures} = this.#open();
    await results.put(line);
    if (line.error !== null) await failures.put(line);
  }

  /** The run has ended: there is a file of results, even if it is empty. */
  complete(): void {
    this.#open().results.create();
  }

  async close(): Promise<void> {
    await this.#files?.results.close();
    await this.#files?.failures.close();
  }

  /** With the first result: a journal that is refused must leave the results of its run alone. */
  #open(): {readonly results: LinesFile; readonly failures: LinesFile} {
    this.#files ??= {results: new LinesFile(this.#out), failures: new LinesFile(this.#errors)};
    return this.#files;
  }
}
