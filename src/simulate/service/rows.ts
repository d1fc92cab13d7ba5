/** Rows with a version: of the writes to one row that overlap, the first one to end commits. */

interface Row {
  version: number;
  /** Writes that have begun. */
  open: number;
}

export class Rows {
  /** Those that a write has read. Without one, no version is needed. */
  readonly #rows = new Map<string, Row>();

  /** Reads the version of the row of this URL. */
  begin(url: string): Write {
    let row = this.#rows.get(url);
    if (row === undefined) {
      row = {version: 0, open: 0};
      this.#rows.set(url, row);
    }
    row.open++;
    return new Write(row, () => this.#rows.delete(url));
  }
}

/** A write that has begun. Ended once, by `commit` or `drop`. */
export class Write {
  readonly #row: Row;
  readonly #version: number;
  readonly #onLast: () => void;

  constructor(row: Row, onLast: () => void) {
    this.#row = row;
    this.#version = row.version;
    this.#onLast = onLast;
  }

  /** @returns False where another write has committed since this one began. */
  commit(): boolean {
    const isFirst = this.#version === this.#row.version;
    if (isFirst) this.#row.version++;
    this.drop();
    return isFirst;
  }

  drop(): void {
    if (--this.#row.open === 0) this.#onLast();
  }
}
