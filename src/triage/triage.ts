/**
 * Reads a log and says of each failure in it whether it should have been retried. The log comes in chunks, and is never held: a failure goes
 * out when its line has been read.
 */
import type {PolicyHandle} from '../client/policy-handle.ts';
import {Lru} from '../core/lru.ts';
import type {PolicyInput} from '../policy/types.ts';
import {Assessor, type TriagedFailure} from './assess.ts';
import type {Row} from './columns.ts';
import {ElementScanner} from './element-scanner.ts';
import type {LoggedFailure, Reading} from './failure.ts';
import {type Fields, isFields} from './fields.ts';
import {readFlatRecord} from './formats/flat-record.ts';
import {readHarEntry} from './formats/har.ts';
import {readJsonLine} from './formats/json-line.ts';
import {NginxRequests, type NginxTry} from './formats/nginx.ts';
import {mayBeOfClient, readPlainSpan, readSpan} from './formats/otlp.ts';
import {decoded, LONGEST_LINE} from './line-scanner.ts';
import {DOCUMENT_LISTS, LogReader} from './log-reader.ts';
import {NestedRetriesFinder} from './nested.ts';
import {FlatRecord} from './record.ts';
import {statusInText} from './status-text.ts';
import {suggest} from './suggest.ts';
import {SummaryCounts, type TriageSummary} from './summary.ts';
import {TextReader} from './text-reader.ts';
import {hasSign, UnreadLines} from './unread.ts';

export interface TriageOptions {
  readonly handle: PolicyHandle;
  /** The policy as it was written; undefined: the default policy, and what the log says of its own classification stands. */
  readonly input: PolicyInput | undefined;
  onFailure(failure: TriagedFailure): void;
}

/** Requests that are remembered until their answer is logged. */
const MOST_HANDLED = 1000;
/** So near is the error of an answer to the client's line about it. */
const NEXT_LINES = 2;
/** Causes in a summary. */
const TOP_CAUSES = 10;

/** One or more logs, and their summary. */
export class Triage {
  readonly #options: TriageOptions;
  readonly #assessor: Assessor;
  readonly #counts = new SummaryCounts();
  readonly #nested = new NestedRetriesFinder();
  readonly #text = new TextReader();
  readonly #unread = new UnreadLines();
  /** Requests of which a failure was logged before their answer. */
  readonly #handled = new Lru<string, true>(MOST_HANDLED);
  readonly #nginx = new NginxRequests((failure, line) => this.#add(failure, line));
  /** A client's own line about an answer, until the next failure is known: it can be the error made of that answer. */
  #held: {readonly reading: LoggedFailure; readonly line: number} | null = null;
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
      row: row => this.#row(row),
      ended: lines => {
        this.#flushText();
        this.#release();
        this.#nginx.end();
        this.#lines += lines;
      },
    });
  }

  /** @param isComplete False where reading stopped early. */
  summary(isComplete: boolean): TriageSummary {
    const {handle, input = {}} = this.#options;
    this.#release();
    this.#nginx.end(); // The log may not have been read to its end.
    const nested = this.#nested.end();
    const counts = this.#counts;
    return {
      answer: counts.answer,
      failures: counts.failures,
      lights: counts.lights,
      decisions: counts.decisions,
      retryableRatio: counts.retryableRatio,
      causes: counts.causes(TOP_CAUSES),
      amplification: counts.amplification(handle.plans.base.maxAttempts, nested),
      nested,
      suggestion: suggest(input, handle.policy, counts.evidence),
      unread: this.#unread.count,
      unreadSamples: this.#unread.samples,
      unreadable: this.#unreadable,
      tooLong: this.#tooLong,
      lines: this.#lines,
      isComplete,
    };
  }

  /** @returns Whether the next line belongs to this one. */
  #line(written: string, number: number): boolean {
    const binary = plainLine(ofDocker(written) ?? written);
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
    if (
      /^\{\s*["}]/.test(binary) ||
      (start >= 0 && isPrefix(binary.slice(0, start)) && binary.trimEnd().endsWith('}'))
    ) {
      const record = parsed(decoded(binary.slice(Math.max(start, 0))));
      const before = decoded(binary.slice(0, Math.max(start, 0)));
      if (isFields(record) && isBodyBehind(before, record)) return this.#plain(decoded(binary), number);
      if (isFields(record) || start <= 0) {
        this.#record(withMessage(before, record), number, () => decoded(binary.slice(Math.max(start, 0))));
        return false;
      }
    }
    return this.#plain(decoded(binary), number);
  }

  /** @returns Whether the next line belongs to this one. */
  #plain(text: string, number: number): boolean {
    const reading = this.#text.read(text, number);
    if (reading === 'unread') this.#unread.add(text, number);
    else if (reading !== undefined) this.#addRead(reading, number);
    else if (!this.#text.isOpen) this.#miss(text, number);
    return this.#text.isOpen;
  }

  #row({record, number}: Row): void {
    const flat = new FlatRecord(
      Object.fromEntries(Object.entries(record).map(([name, value]) => [decoded(name), decoded(String(value))])),
    );
    this.#addOrMiss(readFlatRecord(flat, 'table row'), flat, number);
  }

  #addOrMiss(reading: Reading | undefined, record: FlatRecord | Fields, number: number): void {
    if (reading !== undefined) this.#add(reading, number);
    else this.#miss((record instanceof FlatRecord ? record : new FlatRecord(record)).words, number);
  }

  /** Nothing is known of the line: it counts where it has a sign of a failure. */
  #miss(text: string, number: number): void {
    if (hasSign(text)) this.#unread.add(text, number);
  }

  /** @param text Of the record. */
  #record(record: unknown, number: number, text: () => string): void {
    if (!isFields(record)) {
      this.#unreadable++;
      return;
    }
    if ('resourceSpans' in record || (isFields(record.log) && 'entries' in record.log)) {
      const scanner = this.#documentScanner(number);
      scanner.feed(text());
      scanner.end();
      return;
    }
    this.#addOrMiss(readJsonLine(record), record, number);
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
    } else if ('startedDateTime' in value) this.#add(readHarEntry(value), number);
    else this.#addOrMiss(readJsonLine(value), value, number);
  }

  #flushText(): void {
    if (!this.#text.isOpen) return;
    const {line, firstLine} = this.#text;
    const reading = this.#text.close();
    if (reading === null) this.#miss(firstLine, line);
    else this.#add(reading, line);
  }

  #addRead(reading: Reading | NginxTry, line: number): void {
    if (reading !== null && 'request' in reading) this.#nginx.add(reading, line);
    else this.#add(reading, line);
  }

  /** A server that could not answer because of a failed request of its own logs both. */
  #isReported({handled}: LoggedFailure): boolean {
    if (handled === undefined) return false;
    const {request, isAnswer} = handled;
    const isKnown = this.#handled.get(request) === true;
    if (isAnswer) return isKnown;
    if (!isKnown) this.#handled.add(request, true);
    return false;
  }

  #add(reading: Reading, line: number): void {
    if (reading === null) return;
    if ('recoveredAfterTries' in reading) return this.#nested.addProxyTries(reading.recoveredAfterTries);
    const held = this.#held;
    if (held !== null && line - held.line <= NEXT_LINES && isMadeOf(held.reading, reading)) {
      this.#held = null;
      const {method, target, at} = held.reading;
      return this.#report(
        {...reading, method: reading.method ?? method, target: reading.target ?? target, at: reading.at ?? at},
        line,
      );
    }
    this.#release();
    if (reading.isOfClient) this.#held = {reading, line};
    else this.#report(reading, line);
  }

  #release(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#report(held.reading, held.line);
  }

  #report(reading: LoggedFailure, line: number): void {
    if (this.#isReported(reading)) return;
    const triaged = this.#assessor.assess(reading, line);
    this.#counts.add(triaged);
    this.#nested.addFailure(triaged);
    this.#options.onFailure(triaged);
  }
}

/** Whether an error has the status of the answer, and names no other request. */
function isMadeOf(answer: LoggedFailure, error: LoggedFailure): boolean {
  if (error.format !== 'error text' || error.protocol !== 'http' || error.outcome.kind !== 'response') return false;
  const isSameStatus = answer.outcome.kind === 'response' && answer.outcome.status === error.outcome.status;
  const isSameMethod = error.method === undefined || error.method === answer.method;
  return isSameStatus && isSameMethod && (error.target === undefined || error.target === answer.target);
}

/** Whether a text is the prefix of a line of JSON, and not the name of an error that prints the body of an answer. */
const isPrefix = (text: string): boolean => text.length < 200 && !/Error|Exception/.test(text);

/** Whether JSON is the body of the answer that the sentence before it tells of: `unexpected status 503 Service Unavailable: {"error": …}`. */
const isBodyBehind = (before: string, record: Fields): boolean =>
  (/\b[45]\d\d $/.test(before) || statusInText(before) !== undefined) &&
  !['method', 'url', 'msg'].some(name => name in record);

/** winston's simple format and zap's console write the message, and the other fields behind it as JSON. */
const withMessage = (before: string, record: unknown): unknown =>
  isFields(record) && before.trim() !== '' && !('message' in record || 'msg' in record)
    ? {...record, message: before.trim()}
    : record;

/** Docker's own files hold each line of the program as a string. Null for other lines. */
function ofDocker(binary: string): string | null {
  if (!/^\{"log": ?"/.test(binary)) return null;
  const record = parsed(decoded(binary));
  if (!isFields(record) || typeof record.log !== 'string' || !('stream' in record)) return null;
  const text = record.log.trimEnd();
  return /[\x80-\uffff]/.test(text)
    ? Array.from(new TextEncoder().encode(text), byte => String.fromCharCode(byte)).join('')
    : text;
}

/** What Kubernetes, docker compose and concurrently write before each line of a program. */
const CONTAINER = /^(?:\d{4}-\d\d-\d\dT\S{1,40} std(?:out|err) [FP] |[\w.@-]{1,120} +\| |\[\d{1,3}\] (?=[\s}\]]))/;
/** What grep writes before a line of one of several files. */
const FILE_NAME = /^[\w./-]{1,300}\.(?:log|txt|out|gz|json)(?:\.\d{1,4})?:(?:\d{1,9}:)?/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that color a line begin with one.
const COLOR = /\u001b\[[\d;]{0,20}m/g;

function plainLine(binary: string): string {
  const bare = binary.includes('\u001b') ? binary.replaceAll(COLOR, '') : binary;
  return bare.replace(FILE_NAME, '').replace(CONTAINER, '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
