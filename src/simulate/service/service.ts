/** What a service is to those who call it: a simulated client, a layer in front of it, or a real HTTP server that it stands behind. */
import type {AttemptResponse, ResponseHeaders} from '../../core/outcome.ts';

/** A request, as far as the model looks at it. */
export interface ServiceRequest {
  readonly method: string;
  readonly url: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Whether the caller sets an idempotency key. */
  readonly key: boolean;
  /** The body, which names the tokens; undefined where there is none. */
  readonly bodyText: string | undefined;
}

/** What a chunk of an event stream brings. `error` comes in place of the first content or of the end, and ends the stream. */
export type StreamEvent = 'ping' | 'content' | 'error' | 'end';

/** Told what becomes of a request, each at its time and maybe before `arrive` returns. A request that hangs is told nothing. */
export interface Reply {
  /**
   * The response is there: whole, or the headers of an event stream.
   *
   * @param bodyMs How long the body takes after the headers, if it is not an event stream. Default: 0.
   */
  answer(answer: ServiceAnswer, bodyMs?: number): void;
  /** An event of an event stream, after its headers. */
  event(event: StreamEvent): void;
  /** The connection is refused, so nothing was sent; or it breaks. */
  broke(how: 'refused' | 'reset'): void;
}

/** A request that is under way. */
export interface Exchange {
  /** The client has given up: it is told nothing more. */
  leave(): void;
}

export interface Service {
  /** @param client The number of the client, from 0. */
  arrive(request: ServiceRequest, client: number, reply: Reply): Exchange;
}

/** A header and its value. */
export type HeaderEntry = readonly [name: string, value: string];

/** The headers of a simulated response. */
export class HeaderList implements ResponseHeaders {
  readonly entries: readonly HeaderEntry[];

  constructor(entries: readonly HeaderEntry[]) {
    this.entries = entries;
  }

  get(name: string): string | null {
    if (this.entries.length === 0) return null;
    const wanted = name.toLowerCase();
    const values = this.entries.filter(([each]) => each.toLowerCase() === wanted).map(([, value]) => value);
    return values.length === 0 ? null : values.join(', ');
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }
}

const NO_HEADERS = new HeaderList([]);

/** A simulated response. Frozen: the engine attaches a report to each response that can take one, and one response serves many calls. */
export class ServiceAnswer implements AttemptResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** The body, of an error; null where there is none. */
  readonly body: string | null;
  /** Whether an event stream follows. */
  readonly isStream: boolean;

  constructor(status: number, headers: readonly HeaderEntry[] = [], body: string | null = null, isStream = false) {
    this.status = status;
    this.headers = headers.length === 0 ? NO_HEADERS : new HeaderList(headers);
    this.body = body;
    this.isStream = isStream;
    Object.freeze(this);
  }

  /** The same answer with more headers. */
  with(headers: readonly HeaderEntry[]): ServiceAnswer {
    return new ServiceAnswer(this.status, [...this.headers.entries, ...headers], this.body, this.isStream);
  }
}
