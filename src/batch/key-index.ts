/**
 * Maps a key to the place of its record in the journal: a hash table in typed arrays, 17 bytes a slot, at most three quarters full. A `Map`
 * would take five times as much for a million keys.
 *
 * The table stores 32 bits of each key, so a match is a candidate; the caller compares the key in the record.
 */
export interface RecordPlace {
  /** Bytes from the start of the file. */
  readonly at: number;
  readonly length: number;
}

export class KeyIndex {
  #fingerprints: Uint32Array<ArrayBuffer>;
  #lengths: Uint32Array<ArrayBuffer>;
  #offsets: Float64Array<ArrayBuffer>;
  /** Whether the key was met in this run. */
  #met: Uint8Array<ArrayBuffer>;
  #size = 0;

  /** @param capacity A power of two. */
  constructor(capacity = 1024) {
    this.#fingerprints = new Uint32Array(capacity);
    this.#lengths = new Uint32Array(capacity);
    this.#offsets = new Float64Array(capacity);
    this.#met = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** @param key Hex digits, evenly spread. */
  add(key: string, {at, length}: RecordPlace, isMet: boolean): void {
    if (this.#size >= this.#lengths.length * 0.75) this.#grow();
    this.#put(fingerprintOf(key), at, length, isMet ? 1 : 0);
    this.#size++;
  }

  candidates(key: string): readonly RecordPlace[] {
    const fingerprint = fingerprintOf(key);
    const mask = this.#lengths.length - 1;
    let found: RecordPlace[] = NONE;
    for (let slot = fingerprint & mask; this.#lengths[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#fingerprints[slot] !== fingerprint) continue;
      found = [...found, {at: this.#offsets[slot]!, length: this.#lengths[slot]!}];
    }
    return found;
  }

  /** Meets the key whose record is there. @returns Whether it was met before. */
  meet(key: string, at: number): boolean {
    const mask = this.#lengths.length - 1;
    for (let slot = fingerprintOf(key) & mask; this.#lengths[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#offsets[slot] !== at) continue;
      const wasMet = this.#met[slot] === 1;
      this.#met[slot] = 1;
      return wasMet;
    }
    return false;
  }

  #put(fingerprint: number, at: number, length: number, met: number): void {
    const mask = this.#lengths.length - 1;
    let slot = fingerprint & mask;
    while (this.#lengths[slot] !== 0) slot = (slot + 1) & mask;
    this.#fingerprints[slot] = fingerprint;
    this.#lengths[slot] = length;
    this.#offsets[slot] = at;
    this.#met[slot] = met;
  }

  #grow(): void {
    const [fingerprints, lengths, offsets, met] = [this.#fingerprints, this.#lengths, this.#offsets, this.#met];
    const capacity = lengths.length * 2;
    this.#fingerprints = new Uint32Array(capacity);
    this.#lengths = new Uint32Array(capacity);
    this.#offsets = new Float64Array(capacity);
    this.#met = new Uint8Array(capacity);
    for (const [slot, length] of lengths.entries()) {
      if (length > 0) this.#put(fingerprints[slot]!, offsets[slot]!, length, met[slot]!);
    }
  }
}

const NONE: RecordPlace[] = [];

const fingerprintOf = (key: string): number => Number.parseInt(key.slice(0, 8), 16);
