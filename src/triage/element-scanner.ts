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
/** Whether an object can be one that matters, by its text. Parsing is most of the work, and most objects do not matter. */
export type Mark = (text: string) => boolean;

/** The lists whose objects are wanted, by name. */
export type Lists = Readonly<Record<string, Mark>>;

/** The name of the list that is the whole document. */
export const THE_LIST = '';
/** What is nested deeper is no document of ours. */
const DEEPEST = 64;
/** Names are compared by as many characters. */
const LONGEST_NAME = 40;

export class ElementScanner {
  readonly #sink: ElementSink;
  readonly #lists: ReadonlyMap<string, Mark>;
  readonly #longest: number;
  /** The mark of each open list whose objects are wanted; null for each other list and object. */
  #stack: (Mark | null)[] = [];
  #inString = false;
  #isEscaped = false;
  /** The last string, while it may be the name of a list. */
  #word = '';
  #name = '';
  /** Depth of the object that is being taken; -1 outside of one. */
  #taking = -1;
  #taken = '';
  #takenLine = 0;
  /** The index at which the object that is being taken goes on in this piece of text. */
  #from = 0;
  #isTooLong = false;
  /** The first line feed of this piece of text that is not before where it was last asked for. */
  #lineFeed = -1;
  #atLineStart = true;
  #line = 1;

  constructor(sink: ElementSink, lists: Lists, longest: number) {
    this.#sink = sink;
    this.#lists = new Map(Object.entries(lists));
    this.#longest = longest;
  }

  feed(text: string): void {
    this.#from = 0;
    this.#lineFeed = -1;
    let at = 0;
    while (at < text.length) at = this.#inString ? this.#passString(text, at) : this.#passStructure(text, at);
    if (this.#taking >= 0) this.#take(text.slice(this.#from));
  }

  end(): void {
    if (this.#stack.length > 0) this.#reset();
  }

  /** Searches for the quote at its end, because that is several times as fast as to look at each character. @returns Where the string has ended, or the text. */
  #passString(text: string, from: number): number {
    let begin = this.#isEscaped ? from + 1 : from;
    let end = endOf(text, begin);
    while (end < text.length && isEscapedAt(text, end, begin)) {
      begin = end + 1;
      end = endOf(text, begin);
    }
    const lineFeed = this.#lineFeedFrom(text, from);
    if (lineFeed < end) {
      // No string of JSON holds a line feed: the document ended inside of one.
      this.#reset();
      return lineFeed;
    }
    this.#inString = end === text.length;
    this.#isEscaped = this.#inString && isEscapedAt(text, end, begin);
    if (this.#taking < 0 && this.#word.length < LONGEST_NAME)
      this.#word += text.slice(from, Math.min(end, from + LONGEST_NAME));
    return end + 1;
  }

  /** The index of the next line feed; the length of the text where none is left. */
  #lineFeedFrom(text: string, from: number): number {
    if (this.#lineFeed < from) {
      const found = text.indexOf('\n', from);
      this.#lineFeed = found < 0 ? text.length : found;
    }
    return this.#lineFeed;
  }

  /** @returns Where the next string begins, or the text ends. */
  #passStructure(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      switch (text.charCodeAt(at)) {
        case QUOTE:
          this.#inString = true;
          this.#word = '';
          this.#atLineStart = false;
          return at + 1;
        case LINE_FEED:
          this.#line++;
          this.#atLineStart = true;
          continue;
        case COLON:
          this.#name = this.#word;
          break;
        case OPEN_BRACE:
          this.#openObject(text, at);
          break;
        case OPEN_BRACKET:
          this.#openList();
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.#close(text, at);
          break;
      }
      this.#atLineStart = false;
    }
    return text.length;
  }

  #openObject(text: string, at: number): void {
    // The document before was cut off.
    if (this.#atLineStart && this.#stack.length > 0 && DOCUMENT.some(each => text.startsWith(each, at))) this.#reset();
    if (this.#taking < 0 && this.#mark !== null) {
      this.#taking = this.#stack.length;
      this.#takenLine = this.#line;
      this.#from = at;
    }
    this.#open(null);
  }

  #openList(): void {
    const name = this.#stack.length === 0 ? THE_LIST : this.#name;
    this.#open(this.#taking < 0 ? (this.#lists.get(name) ?? null) : null);
    this.#name = '';
  }

  #close(text: string, at: number): void {
    this.#stack.pop();
    if (this.#taking < 0 || this.#stack.length > this.#taking) return;
    this.#take(text.slice(this.#from, at + 1));
    this.#give();
  }

  /** The mark of what comes next. Null: it is not wanted. */
  get #mark(): Mark | null {
    return this.#stack.at(-1) ?? null;
  }

  #open(mark: Mark | null): void {
    if (this.#stack.length >= DEEPEST) this.#reset();
    else this.#stack.push(mark);
  }

  #take(part: string): void {
    if (this.#taken.length + part.length > this.#longest) this.#isTooLong = true;
    if (this.#isTooLong) this.#taken = '';
    else this.#taken += part;
  }

  #give(): void {
    if (this.#isTooLong) this.#sink.unreadable();
    else if (this.#mark?.(this.#taken)) this.#sink.element(this.#taken, this.#takenLine);
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

/** The index of the next quote, or of the end of the text. */
function endOf(text: string, from: number): number {
  const quote = text.indexOf('"', from);
  return quote < 0 ? text.length : quote;
}

/** Whether an odd number of backslashes stands before. @param begin Where the first of them can stand. */
function isEscapedAt(text: string, at: number, begin: number): boolean {
  let backslashes = 0;
  while (at - 1 - backslashes >= begin && text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}
