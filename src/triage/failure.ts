/** One failed attempt, as a log describes it: facts only. What the facts mean for a retry is for assess.ts. */
import type {AttemptResponse, Outcome, ResponseHeaders, Sent} from '../core/outcome.ts';
import type {GrpcAnswer} from '../decide/grpc-hint.ts';
import type {ServerHint} from '../decide/server-hint.ts';

export type LogFormat =
  | 'steadfetch line'
  | 'steadfetch event'
  | 'JSON line'
  | 'OTLP span'
  | 'HAR entry'
  | 'error text'
  | 'nginx access log'
  | 'nginx error log'
  | 'Envoy access log'
  | 'HAProxy log'
  | 'AWS load balancer log'
  | 'access line'
  | 'logfmt line'
  | 'table row';

export interface LoggedFailure {
  readonly format: LogFormat;
  /** In ms since 1970; undefined where the log has no time. */
  readonly at?: number | undefined;
  /** In upper case; undefined where the log does not name it. */
  readonly method?: string | undefined;
  /** A URL, a path, or `package.Service/Method`, as logged: with every secret. */
  readonly target?: string | undefined;
  readonly protocol: 'http' | 'grpc';
  readonly outcome: Outcome<LoggedAnswer>;
  /** The body of the error, parsed or as text; undefined where the log has none. */
  readonly body?: unknown;
  /** What the error says in words, where the log has them: not the body, but what a client made of it. */
  readonly text?: string | undefined;
  /** What had to be assumed of the failure itself: `status (429 assumed)`. */
  readonly doubt?: string | undefined;
  /** Whether the request had an idempotency key; undefined where the log does not show it. */
  readonly keyed?: boolean | undefined;
  /** 1 for the first; undefined where the log does not number attempts. */
  readonly attempt?: number | undefined;
  /** Whether the server may have acted, where the log says so itself. */
  readonly sent?: Sent | undefined;
  /** Whether a retry could help, where the log says so itself. */
  readonly transient?: boolean | undefined;
  /** The wait that the server asked for, where the log says so itself. */
  readonly hint?: ServerHint | undefined;
  readonly traceId?: string | undefined;
  /** How often the client above had retried before this request. */
  readonly outerRetries?: number | undefined;
  /**
   * What was sent before this request for the same call, so that another server may have acted: `tries before the last one`. The server that failed
   * last cannot answer for it.
   */
  readonly sentBefore?: string | undefined;
  /** The inbound request that the logging server was handling. Its answer to that request is the same failure, logged once more. */
  readonly handled?: {readonly request: string; readonly isAnswer: boolean} | undefined;
  /** A client's own line about an answer: the error that it makes of the answer, if it makes one, is the same failure. */
  readonly isOfClient?: boolean | undefined;
  /** Servers that a proxy asked for this one request. */
  readonly proxyTries?: number | undefined;
  /** The log does not show how the request failed, only that it did. */
  readonly isVague?: boolean | undefined;
}

/** What an error of a log says, apart from the line around it. */
export interface ErrorReading {
  readonly protocol: 'http' | 'grpc';
  /** POST for gRPC; undefined where the error does not say. */
  readonly method?: string;
  readonly outcome: Outcome<LoggedAnswer>;
  readonly body?: unknown;
  /** The words of the error, where its body is not known or only printed. */
  readonly text?: string | undefined;
  /** What had to be assumed. */
  readonly doubt?: string | undefined;
  readonly sentBefore?: string | undefined;
  /** The error names neither a status nor a code. */
  readonly isVague?: boolean;
}

/** What one record of a log says. Null: no failure, and nothing that a summary counts. */
export type Reading = LoggedFailure | ProxyRetry | null;

/** A proxy asked several servers, and the last of them answered well. */
export interface ProxyRetry {
  readonly recoveredAfterTries: number;
}

/** The first server answered with a redirect, and a server may act before it does. */
export const AFTER_REDIRECT = 'the server that redirected';
/** What a proxy sent to other servers before. */
export const EARLIER_TRIES = 'earlier tries of the proxy';

/** Longer values of headers are no honest ones. */
const LONGEST_VALUE = 1024;

/** The headers of an answer as a log shows them, by lower-case name. */
export class LoggedHeaders implements ResponseHeaders {
  static readonly NONE: LoggedHeaders = new LoggedHeaders({});
  readonly #values = new Map<string, string>();

  /**
   * @param headers An object; its values are strings, numbers, or lists of them. Or a list of pairs, or names and values by turns. Anything else is
   * ignored.
   */
  constructor(headers: unknown) {
    if (typeof headers !== 'object' || headers === null) return;
    for (const [name, value] of Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers)) {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      if (typeof first !== 'string' && typeof first !== 'number') continue;
      const text = String(first);
      if (text.length <= LONGEST_VALUE) this.#values.set(name.toLowerCase(), text);
    }
  }

  /** The log shows headers: an answer has some, always. */
  get isShown(): boolean {
    return this.#values.size > 0;
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  /** The same headers and one more. */
  with(name: string, value: string): LoggedHeaders {
    return new LoggedHeaders({...Object.fromEntries(this.#values), [name]: value});
  }
}

const isNamed = (each: unknown): each is {readonly name: unknown; readonly value: unknown} =>
  typeof each === 'object' && each !== null && 'name' in each && 'value' in each;

/** `[{"name": "retry-after", "value": "20"}]`, as HAR has them; `[["retry-after", "20"]]`, as fetch's own Headers are spread; `["retry-after", "20"]`, as Node keeps `rawHeaders`. */
function pairsOf(list: readonly unknown[]): readonly (readonly [name: string, value: unknown])[] {
  const flat: readonly unknown[] = list.every(Array.isArray)
    ? list.flatMap(pair => pair.slice(0, 2))
    : list.flatMap(each => (isNamed(each) ? [each.name, each.value] : [each]));
  return flat.flatMap((name, index) =>
    index % 2 === 0 && typeof name === 'string' ? [[name, flat[index + 1]] as const] : [],
  );
}

/** An answer in a log, of HTTP or gRPC. */
export class LoggedAnswer implements AttemptResponse, GrpcAnswer {
  readonly status: number;
  readonly headers: LoggedHeaders;
  readonly sent: Sent;
  readonly committed = false;

  /** @param sent What a gRPC client knew of how far the call came. */
  constructor(status: number, headers: LoggedHeaders = LoggedHeaders.NONE, sent: Sent = 'maybe-processed') {
    this.status = status;
    this.headers = headers;
    this.sent = sent;
  }

  trailer(name: string): string | undefined {
    return this.headers.get(name) ?? undefined;
  }
}
