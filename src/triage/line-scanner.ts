/**
 * The lines of a log that can hold a failure, out of chunks of it. Most lines of a log hold none, and parsing them would be most of the work:
 * one search for the marks of failures goes over the whole chunk, and only the lines around its hits are cut out.
 *
 * Text is binary here: each character is one byte. That costs a fifth of decoding UTF-8, and only the lines that are read are decoded.
 */

/** Longer lines are passed over and counted. */
export const LONGEST_LINE: number = 4 * 2 ** 20;

/** Receives lines. */
export interface LineSink {
  /**
   * @param number From 1.
   * @returns Whether the next line is wanted too, whatever is in it: the stack of an error stands on lines of its own.
   */
  line(text: string, number: number): boolean;
  /** A line was longer than the limit. */
  tooLong(number: number): void;
}

/**
 * A mark that every failure has which a reader of lines knows: a status from 400 on, in JSON only behind a name that ends like that of a status,
 * because durations are numbers too; an error, by its rare letters first; an exception; a code of Node; a timeout; an attempt of our own that did
 * not succeed; a client that left Envoy, a session of HAProxy without a server or cut off within a body, and one of Envoy without a server or cut off;
 * the words of other languages' clients.
 *
 * V8 passes over text that cannot match only while no more than 16 letters begin an alternative, and then the search is eight times as fast. These
 * begin with 4 5 r R x E m c C D F f X -: a new word has to begin at one of these letters of it, or take the place of another.
 */
const MARK =
  /(?<=[ "'=,(\t\n;|]|(?:atus|ode)\\?"?:)[45]\d\d(?![\w.:])|(?<=[Ee])rr|RR|xce(?:pt|ed)|E(?:CONN|PIPE|TIMED|AI_|NOTF|HOST|NET|ADDR|OF)|m(?:eout|ed out|pt \d+ {2}(?![1-3]\d\d ))|received\.(?<=No data received\.)|rying [\d[]|ransient"|come":"[^s]|D(?:C[ "]|(?:--)? \d+\/\d+\/|"(?<="[CSs]D"))|XCEED|x509|Retry\(|fail|F(?:ail|AIL|[, "](?<=[ "]UF.))|C[, "](?<=[ "]UC.)|R[, "](?<=[ "][UL]R.)|refused|reset by|resol|rematur|rate.limit|rejected|route to|reachab|record does|roken p|rottl|rloade|rl: \(|xhaust|XHAUST|xt can|ch host|ceback \(|ction\.(?<=SSL connection\.)|ction (?:closed|lost|drop|abort|broken)|cancel|connect(?:: | to )|mpty rep|--\d{4}-\d\d-\d\d \d|-1(?:\/|(?<=tatus":-1),)/g;

/** Whether a text has such a mark. */
export function hasMark(text: string): boolean {
  MARK.lastIndex = 0;
  return MARK.test(text);
}

export class LineScanner {
  readonly #sink: LineSink;
  readonly #longest: number;
  readonly #wantsAll: boolean;
  /** The beginning of a line whose end has not come. */
  #rest = '';
  #isPassingOver = false;
  #wantsNext = false;
  #number = 1;

  /** @param wantsAll Every line is given, not only those with a mark. */
  constructor(sink: LineSink, longest: number = LONGEST_LINE, wantsAll = false) {
    this.#sink = sink;
    this.#longest = longest;
    this.#wantsAll = wantsAll;
  }

  /** The number of the line that comes next. */
  get number(): number {
    return this.#number;
  }

  feed(chunk: string): void {
    let text = chunk;
    if (this.#isPassingOver) {
      const end = text.indexOf('\n');
      if (end < 0) return;
      this.#isPassingOver = false;
      this.#number++;
      text = text.slice(end + 1);
    }
    if (this.#rest !== '') text = this.#rest + text;
    const whole = text.lastIndexOf('\n') + 1;
    this.#scan(text, whole);
    this.#rest = text.slice(whole);
    if (this.#rest.length > this.#longest) {
      this.#sink.tooLong(this.#number);
      this.#rest = '';
      this.#isPassingOver = true;
    }
  }

  /** The last line may lack its line feed. */
  end(): void {
    if (this.#rest !== '') this.#scan(`${this.#rest}\n`, this.#rest.length + 1);
    this.#rest = '';
  }

  /** @param end Where the last whole line ends. */
  #scan(text: string, end: number): void {
    let at = 0;
    while (at < end) {
      let start = at;
      if (!this.#wantsNext && !this.#wantsAll) {
        MARK.lastIndex = at;
        const found = MARK.exec(text);
        if (found === null || found.index >= end) break;
        start = text.lastIndexOf('\n', found.index) + 1;
        this.#number += countLines(text, at, start);
      }
      const lineEnd = text.indexOf('\n', start);
      this.#give(text, start, lineEnd);
      at = lineEnd + 1;
    }
    this.#number += countLines(text, at, end);
  }

  #give(text: string, start: number, lineEnd: number): void {
    const number = this.#number++;
    if (lineEnd - start > this.#longest) {
      this.#sink.tooLong(number);
      return;
    }
    const isCrLf = text.charCodeAt(lineEnd - 1) === 13 && lineEnd > start;
    this.#wantsNext = this.#sink.line(text.slice(start, isCrLf ? lineEnd - 1 : lineEnd), number);
  }
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Binary text as the characters that its bytes are in UTF-8. */
export function decoded(binary: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every byte of ASCII is meant.
  if (/^[\u0000-\u007f]*$/.test(binary)) return binary;
  return new TextDecoder().decode(Uint8Array.from(binary, letter => letter.charCodeAt(0)));
}
