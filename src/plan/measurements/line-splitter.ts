/** The lines of a text that comes in chunks. `node:readline` takes ten times as long. */

export class LineSplitter {
  readonly #each: (line: string) => void;
  /** Chunks of a line whose end has not come. They are joined once, because one line may be a whole document. */
  readonly #rest: string[] = [];

  /** @param each Receives each line, without its line feed. */
  constructor(each: (line: string) => void) {
    this.#each = each;
  }

  feed(chunk: string): void {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      this.#give(chunk.slice(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.slice(start));
  }

  /** The last line may lack its line feed. */
  end(): void {
    if (this.#rest.length > 0) this.#give('');
  }

  #give(end: string): void {
    const line = this.#rest.length === 0 ? end : this.#rest.join('') + end;
    this.#rest.length = 0;
    this.#each(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
