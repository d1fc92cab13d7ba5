/** How a file calls fields and values, for messages. */

/** A field of a policy, as a dialect has it. */
export interface Field {
  /** How the file calls it: `retry_policy.per_try_timeout`. */
  readonly name: string;
  /** A value of it, or an entry of its list, as the file writes it: `2s`. JSON where this is left out. */
  readonly format?: (value: unknown) => string;
}

export class Words {
  readonly #fieldOf: (path: string) => Field | undefined;
  /** A duration as the file writes it: `2000 ms`, `2s`. */
  readonly ms: (ms: number) => string;

  constructor(fieldOf: (path: string) => Field | undefined, ms: (ms: number) => string) {
    this.#fieldOf = fieldOf;
    this.ms = ms;
  }

  /** The same words with other names of fields, by path. */
  named(names: ReadonlyMap<string, string>): Words {
    const renamed = (path: string): Field | undefined => {
      const name = names.get(path);
      return name === undefined ? this.#fieldOf(path) : {...this.#fieldOf(path), name};
    };
    return new Words(renamed, this.ms);
  }

  /** `backoff.jitter`. Of a field that the file cannot express: steadfetch's name. */
  name(path: string): string {
    return this.#fieldOf(path)?.name ?? path;
  }

  /** Several durations: `100 and 200 ms`; where more follow, `100, 200 ms`. */
  allMs(durations: readonly number[], areAll = true, last = ' and '): string {
    const shown = durations.map(this.ms);
    const joined = (words: readonly string[]): string =>
      areAll && words.length > 1 ? words.slice(0, -1).join(', ') + last + words.at(-1) : words.join(', ');
    const end = shown.pop() ?? '';
    return joined([...(end.includes(' ms') ? shown.map(words => words.replace(/ ms$/, '')) : shown), end]);
  }

  /** From one duration to another: `100 to 200 ms`, `0.1s to 0.2s`. */
  rangeMs(from: number, to: number): string {
    return this.allMs([from, to], true, ' to ');
  }

  /** The name without what is around it: `jitter`. */
  key(path: string): string {
    return this.name(path).replace(/^.*\./, '');
  }

  /** An entry of a list as a sentence has it, without quotes: `429`, `NOT_FOUND`. */
  entry(path: string, value: unknown): string {
    return this.#fieldOf(path)?.format?.(value) ?? String(value);
  }

  /** `"full"`, `2000`, `2s`. */
  value(path: string, value: unknown): string {
    return this.#fieldOf(path)?.format?.(value) ?? formatJson(value);
  }
}

/** On one line, with a blank after commas, as a person writes a list. */
const formatJson = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(formatJson).join(', ')}]` : JSON.stringify(value);
