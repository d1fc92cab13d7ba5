/**
 * The objects of lists inside of a JSON document: spans of OTLP, entries of a HAR file. A document can be larger than the memory, so it is never
 * parsed as a whole: one pass over its characters finds where each object begins and ends.
 */

/** Receives objects. */
export interface ElementSink {
  /** @param number The line on which the object begins, from 1. */
  element(text: string, number: number): void;
  /** An object was longer than the limit, or the document ended inside of it. */
  unreadable(): void;
}

const QUOTE = 34;
const BACKSLASH = 92;
const LINE_FEED = 10;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COLON = 58;
/** How documents begin, where they are written one a line. */
const DOCUMENT = ['{"resourceSpans"', '{"log"'] as const;
/** The name of the list that is the whole document. */
export const THE_LIST = '';
/** What is nested deeper is no document of ours. */
const DEEPEST = 64;

export class ElementScanner {
  readonly #sink: ElementSink;
  readonly #names: ReadonlySet<string>;
  readonly #longest: number;
  /** Of each open list: whether its objects are wanted. Of each open object: false. */
  #stack: boolean[] = [];
  #inString = false;
  #isEscaped = false;
  /** The last string, while it may be the name of a list. */
  #word = '';
  #name = '';
  /** Depth of the object that is being taken; -1 outside of one. */
  #taking = -1;
  #taken = '';
  #takenLine = 0;
  #isTooLong = false;
  #atLineStart = true;
  #line = 1;

  /** @param names The lists whose objects are wanted. */
  constructor(sink: ElementSink, names: readonly string[], longest: number) {
    this.#sink = sink;
    this.#names = new Set(names);
    this.#longest = longest;
  }

  feed(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LINE_FEED) {
        this.#line++;
        this.#atLineStart = true;
        // No string of JSON holds a line feed: the document ended inside of one.
        if (this.#inString) this.#reset();
        continue;
      }
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) this.#inString = false;
        if (this.#inString && this.#taking < 0 && this.#word.length < 40) this.#word += text[at];
        continue;
      }
      switch (code) {
        case QUOTE:
          this.#inString = true;
          this.#word = '';
          break;
        case COLON:
          this.#name = this.#word;
          break;
        case OPEN_BRACE:
          // The document before was cut off.
          if (this.#atLineStart && this.#stack.length > 0 && DOCUMENT.some(each => text.startsWith(each, at)))
            this.#reset();
          if (this.#taking < 0 && this.#stack.at(-1) === true) {
            this.#taking = this.#stack.length;
            this.#takenLine = this.#line;
            from = at;
          }
          this.#open(false);
          break;
        case OPEN_BRACKET:
          this.#open(this.#taking < 0 && this.#names.has(this.#stack.length === 0 ? THE_LIST : this.#name));
          this.#name = '';
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.#stack.pop();
          if (this.#taking >= 0 && this.#stack.length <= this.#taking) {
            this.#take(text.slice(from, at + 1));
            this.#give();
          }
          break;
      }
      this.#atLineStart = false;
    }
    if (this.#taking >= 0) this.#take(text.slice(from));
  }

  end(): void {
    if (this.#stack.length > 0) this.#reset();
  }

  #open(isWanted: boolean): void {
    if (this.#stack.length >= DEEPEST) this.#reset();
    else this.#stack.push(isWanted);
  }

  #take(part: string): void {
    if (this.#taken.length + part.length > this.#longest) this.#isTooLong = true;
    if (this.#isTooLong) this.#taken = '';
    else this.#taken += part;
  }

  #give(): void {
    if (this.#isTooLong) this.#sink.unreadable();
    else this.#sink.element(this.#taken, this.#takenLine);
    this.#forget();
  }

  #forget(): void {
    this.#taking = -1;
    this.#taken = '';
    this.#isTooLong = false;
  }

  /** The document was cut off: what comes next is another one. */
  #reset(): void {
    this.#sink.unreadable();
    this.#forget();
    this.#stack = [];
    this.#inString = false;
    this.#isEscaped = false;
    this.#name = '';
  }
}
