/** Decides by its beginning whether a log is a document, a list, a table, or lines. */
import {Columns, type Row} from './columns.ts';
import {ElementScanner, type Lists, THE_LIST} from './element-scanner.ts';
import {mayHaveFailed} from './formats/har.ts';
import {mayBeOfClient} from './formats/otlp.ts';
import {hasMark, LineScanner, LONGEST_LINE} from './line-scanner.ts';
import {hasPrettyRecord, PrettyRecords} from './pretty-records.ts';

/** How much of a file tells what it is. */
const SNIFFED = 1024;
/** OTLP and HAR, also where the collector writes one document a line. */
const DOCUMENT =
  /^\s*\{\s*"(?:resourceSpans"\s*:\s*\[|log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries|comment)")/;
/** Records as one list, as consoles of clouds export them. */
const LIST = /^\s*\[\s*\{/;

/** Numbers alone, of which the first is a status, as `curl -w` prints them: no line of such a log has a mark. */
const NUMBERS = /^(?:[1-5]\d\d|000)(?:[ \t,;]+[\d.]+s?){0,8}\r?(?:\n|$)/;

/** The lists of a trace, and of a HAR file, that hold what may have failed. */
export const DOCUMENT_LISTS: Lists = {spans: mayBeOfClient, entries: mayHaveFailed};

const RECORD_LISTS: Lists = {[THE_LIST]: text => hasMark(text) || mayBeOfClient(text) || mayHaveFailed(text)};

/** Receives the parts of a log. */
export interface LogSink {
  /** @returns Whether the next line belongs to this one. */
  line(text: string, number: number): boolean;
  tooLong(number: number): void;
  element(text: string, number: number): void;
  unreadable(): void;
  /** A row of a table. */
  row(row: Row): void;
  ended(lines: number): void;
}

export class LogReader {
  readonly #sink: LogSink;
  #scanner: LineScanner | ElementScanner | null = null;
  #pretty: PrettyRecords | null = null;
  #columns: Columns | null = null;
  #beginning = '';
  #lines = 0;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  /** @param chunk Binary text: each character is one byte. */
  feed(chunk: string): void {
    if (this.#scanner !== null) return this.#scanner.feed(chunk);
    this.#beginning += chunk;
    if (this.#beginning.length >= SNIFFED) this.#begin();
  }

  end(): void {
    if (this.#scanner === null) this.#begin();
    this.#scanner!.end();
    this.#pretty?.end();
    for (const row of this.#columns?.end() ?? []) this.#sink.row(row);
    if (this.#scanner instanceof LineScanner) this.#lines = this.#scanner.number - 1;
    this.#sink.ended(this.#lines);
  }

  #begin(): void {
    const text = this.#beginning.replace(/^\u00ef\u00bb\u00bf/, ''); // A byte order mark in UTF-8.
    this.#beginning = '';
    this.#scanner = this.#scannerOf(text.slice(0, SNIFFED));
    this.#scanner.feed(text);
  }

  #scannerOf(beginning: string): LineScanner | ElementScanner {
    if (DOCUMENT.test(beginning)) return new ElementScanner(this.#sink, DOCUMENT_LISTS, LONGEST_LINE);
    if (LIST.test(beginning)) return new ElementScanner(this.#sink, RECORD_LISTS, LONGEST_LINE);
    if (hasPrettyRecord(beginning)) return this.#prettyScanner();
    const columns = Columns.of(beginning);
    if (columns === null) return new LineScanner(this.#sink, LONGEST_LINE, NUMBERS.test(beginning));
    this.#columns = columns;
    const rows = {
      line: (text: string, number: number) => {
        for (const row of columns.take(text, number)) this.#sink.row(row);
        return false;
      },
      tooLong: (number: number) => this.#sink.tooLong(number),
    };
    // A quoted field goes on over lines, so no line of a table is passed over.
    return new LineScanner(rows, LONGEST_LINE, true);
  }

  #prettyScanner(): LineScanner {
    const pretty = new PrettyRecords(this.#sink);
    this.#pretty = pretty;
    const lines = {
      line: (text: string, number: number) => pretty.line(text, number),
      tooLong: (number: number) => this.#sink.tooLong(number),
    };
    return new LineScanner(lines, LONGEST_LINE, true);
  }
}
