/** Values as Python's `repr` writes them: openai-python and anthropic-python print the body of an error so, behind its status. */

/** Real bodies are nested less deeply. */
const DEEPEST = 20;

/** @returns Undefined where the text is no literal of a dict or a list. */
export function pythonLiteral(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return new Reader(text).whole();
  } catch {
    return undefined;
  }
}

const MALFORMED = new Error('No literal of Python.');
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['None', null],
  ['True', true],
  ['False', false],
  ['null', null],
  ['true', true],
  ['false', false],
]);
const ESCAPES: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r'};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What stands behind the value is ignored: a sentence can follow it. */
  whole(): unknown {
    return this.#value(0);
  }

  #value(depth: number): unknown {
    if (depth > DEEPEST) throw MALFORMED;
    const letter = this.#next();
    if (letter === '{') return this.#dict(depth);
    if (letter === '[') return this.#list(']', depth);
    if (letter === '(') return this.#list(')', depth);
    if (letter === "'" || letter === '"') return this.#string();
    return this.#word();
  }

  #dict(depth: number): Record<string, unknown> {
    const fields: [string, unknown][] = [];
    this.#at++;
    while (this.#next() !== '}') {
      const name = String(this.#value(depth + 1));
      this.#expect(':');
      fields.push([name, this.#value(depth + 1)]);
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
    return Object.fromEntries(fields);
  }

  #list(end: string, depth: number): unknown[] {
    const entries: unknown[] = [];
    this.#at++;
    while (this.#next() !== end) {
      entries.push(this.#value(depth + 1));
      if (this.#next() === ',') this.#at++;
    }
    this.#at++;
    return entries;
  }

  #string(): string {
    const quote = this.#text[this.#at++];
    let text = '';
    for (;;) {
      const letter = this.#text[this.#at++];
      if (letter === undefined) throw MALFORMED;
      if (letter === quote) return text;
      if (letter !== '\\') text += letter;
      else {
        const escaped = this.#text[this.#at++] ?? '';
        text += ESCAPES[escaped] ?? escaped;
      }
    }
  }

  #word(): unknown {
    const word = /^[\w.+-]{1,40}/.exec(this.#text.slice(this.#at, this.#at + 40))?.[0];
    if (word === undefined) throw MALFORMED;
    this.#at += word.length;
    if (WORDS.has(word)) return WORDS.get(word);
    const number = Number(word);
    if (Number.isNaN(number)) throw MALFORMED;
    return number;
  }

  /** The next letter that is no space. @throws At the end. */
  #next(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
    const letter = this.#text[this.#at];
    if (letter === undefined) throw MALFORMED;
    return letter;
  }

  #expect(letter: string): void {
    if (this.#next() !== letter) throw MALFORMED;
    this.#at++;
  }
}
