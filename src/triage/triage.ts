/**
 * Reads a log and says of each failure in it whether it should have been retried. The log comes in chunks, and is never held: a failure goes
 * out when its line has been read.
 */
import type {PolicyHandle} from '../client/policy-handle.ts';
import type {PolicyInput} from '../policy/types.ts';
import {Assessor, type TriagedFailure} from './assess.ts';
import {ElementScanner, type Lists, THE_LIST} from './element-scanner.ts';
import type {Reading} from './failure.ts';
import {isFields} from './fields.ts';
import {mayHaveFailed, readHarEntry} from './formats/har.ts';
import {readJsonLine} from './formats/json-line.ts';
import {mayBeOfClient, readPlainSpan, readSpan} from './formats/otlp.ts';
import {decoded, hasMark, LineScanner, LONGEST_LINE} from './line-scanner.ts';
import {NestedRetriesFinder} from './nested.ts';
import {suggest} from './suggest.ts';
import {SummaryCounts, type TriageSummary} from './summary.ts';
import {TextReader} from './text-reader.ts';

export interface TriageOptions {
  readonly handle: PolicyHandle;
  /** The policy as it was written; undefined: the default policy, and what the log says of its own classification stands. */
  readonly input: PolicyInput | undefined;
  onFailure(failure: TriagedFailure): void;
}

/** Causes in a summary. */
const TOP_CAUSES = 10;
/** How much of a file tells whether it is one document. */
const SNIFFED = 1024;
/** OTLP and HAR, also where the collector writes one document a line. */
const DOCUMENT =
  /^\s*\{\s*"(?:resourceSpans"\s*:\s*\[|log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries|comment)")/;

/** Records as one list, as consoles of clouds export them. */
const LIST = /^\s*\[\s*\{/;

/** One or more logs, and their summary. */
export class Triage {
  readonly #options: TriageOptions;
  readonly #assessor: Assessor;
  readonly #counts = new SummaryCounts();
  readonly #nested = new NestedRetriesFinder();
  readonly #text = new TextReader();
  #unreadable = 0;
  #tooLong = 0;
  #lines = 0;

  constructor(options: TriageOptions) {
    this.#options = options;
    this.#assessor = new Assessor(options.handle, options.input === undefined);
  }

  /** Begins a log. Line numbers begin anew. */
  open(): LogReader {
    return new LogReader({
      line: (text, number) => this.#line(text, number),
      tooLong: () => void this.#tooLong++,
      element: (text, number) => this.#element(text, number),
      unreadable: () => void this.#unreadable++,
      ended: lines => {
        this.#flushText();
        this.#lines += lines;
      },
    });
  }

  /** @param isComplete False where reading stopped early. */
  summary(isComplete: boolean): TriageSummary {
    const {handle, input = {}} = this.#options;
    const nested = this.#nested.end();
    const counts = this.#counts;
    return {
      failures: counts.failures,
      lights: counts.lights,
      decisions: counts.decisions,
      retryableRatio: counts.retryableRatio,
      causes: counts.causes(TOP_CAUSES),
      amplification: counts.amplification(handle.plans.base.maxAttempts, nested),
      nested,
      suggestion: suggest(input, handle.policy, counts.evidence),
      unreadable: this.#unreadable,
      tooLong: this.#tooLong,
      lines: this.#lines,
      isComplete,
    };
  }

  /** @returns Whether the next line belongs to this one. */
  #line(written: string, number: number): boolean {
    const binary = written.replace(CONTAINER, '');
    if (this.#text.isOpen) {
      if (this.#text.takes(binary)) return true;
      this.#flushText();
    }
    if (binary.includes('\0')) {
      this.#unreadable++;
      return false;
    }
    const start = binary.indexOf('{"');
    // A logger may write a time and a level before its JSON.
    if (binary.startsWith('{') || (start >= 0 && isPrefix(binary.slice(0, start)) && binary.trimEnd().endsWith('}'))) {
      this.#json(decoded(binary.slice(Math.max(start, 0))), number);
      return false;
    }
    const reading = this.#text.read(decoded(binary), number);
    if (reading !== undefined) this.#add(reading, number);
    return this.#text.isOpen;
  }

  #json(text: string, number: number): void {
    const record = parsed(text);
    if (!isFields(record)) {
      this.#unreadable++;
      return;
    }
    if ('resourceSpans' in record || (isFields(record.log) && 'entries' in record.log)) {
      const scanner = this.#documentScanner(number);
      scanner.feed(text);
      scanner.end();
      return;
    }
    // Docker's own files hold each line of the program as a string.
    if (typeof record.log === 'string' && 'stream' in record && !record.log.startsWith('{"log"'))
      this.#unwrapped(record.log.trimEnd(), number);
    else this.#add(readJsonLine(record), number);
  }

  #unwrapped(text: string, number: number): void {
    if (text.startsWith('{')) return this.#json(text, number);
    const reading = this.#text.read(text, number);
    if (reading !== undefined) this.#add(reading, number);
    this.#flushText(); // The rest of the error stands in strings of their own.
  }

  /** A document on one line among other lines. */
  #documentScanner(line: number): ElementScanner {
    return new ElementScanner(
      {element: text => this.#element(text, line), unreadable: () => void this.#unreadable++},
      DOCUMENT_LISTS,
      LONGEST_LINE,
    );
  }

  #element(binary: string, number: number): void {
    const plain = mayBeOfClient(binary) ? readPlainSpan(binary) : null;
    if (plain !== null) return this.#nested.addSpan(plain);
    const value = parsed(decoded(binary));
    if (!isFields(value)) {
      this.#unreadable++;
      return;
    }
    const span = readSpan(value);
    if (span !== null) {
      this.#nested.addSpan(span);
      this.#add(span.failure, number);
    } else this.#add('startedDateTime' in value ? readHarEntry(value) : readJsonLine(value), number);
  }

  #flushText(): void {
    const {line} = this.#text;
    const reading = this.#text.close();
    if (reading !== undefined) this.#add(reading, line);
  }

  #add(reading: Reading, line: number): void {
    if (reading === null) return;
    if ('recoveredAfterTries' in reading) return this.#nested.addProxyTries(reading.recoveredAfterTries);
    const triaged = this.#assessor.assess(reading, line);
    this.#counts.add(triaged);
    this.#nested.addFailure(triaged);
    this.#options.onFailure(triaged);
  }
}

/** Of a line of JSON, and not the name of an error that prints the body of an answer. */
const isPrefix = (text: string): boolean => text.length < 200 && !/Error|Exception|\b[45]\d\d $/.test(text);

/** What Kubernetes and docker compose write before each line of a program. */
const CONTAINER = /^(?:\d{4}-\d\d-\d\dT\S{1,40} std(?:out|err) [FP] |[\w.-]{1,60} +\| )/;

/** The lists of a trace, and of a HAR file, that hold what may have failed. */
const DOCUMENT_LISTS: Lists = {spans: mayBeOfClient, entries: mayHaveFailed};

const RECORD_LISTS: Lists = {[THE_LIST]: text => hasMark(text) || mayBeOfClient(text) || mayHaveFailed(text)};

interface LogSink {
  line(text: string, number: number): boolean;
  tooLong(number: number): void;
  element(text: string, number: number): void;
  unreadable(): void;
  ended(lines: number): void;
}

/** Decides by its beginning whether a file is a document or lines. */
export class LogReader {
  readonly #sink: LogSink;
  #scanner: LineScanner | ElementScanner | null = null;
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
    if (this.#scanner instanceof LineScanner) this.#lines = this.#scanner.number - 1;
    this.#sink.ended(this.#lines);
  }

  #begin(): void {
    const text = this.#beginning.replace(/^\u00ef\u00bb\u00bf/, ''); // A byte order mark in UTF-8.
    this.#beginning = '';
    const beginning = text.slice(0, SNIFFED);
    if (DOCUMENT.test(beginning)) this.#scanner = new ElementScanner(this.#sink, DOCUMENT_LISTS, LONGEST_LINE);
    else if (LIST.test(beginning)) this.#scanner = new ElementScanner(this.#sink, RECORD_LISTS, LONGEST_LINE);
    else this.#scanner = new LineScanner(this.#sink);
    this.#scanner.feed(text);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
