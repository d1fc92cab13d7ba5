/** What a peer can be asked to do. A part it does not have is left out, and the rows that need it say n/a. */

export interface ClientOptions {
  /** All sends of a call. */
  readonly attempts: number;
  /** Between attempts. Left out: the library's own backoff. */
  readonly delayMs?: number;
  /** Of one attempt, or of the call where the library has no other. */
  readonly timeoutMs?: number;
  /** Longest Retry-After that is waited for. */
  readonly maxRetryAfterMs?: number;
}

export interface CallInit {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  text(): Promise<string>;
}

/** One call; rejects where the library rejects. */
export type Client = (url: string, init?: CallInit) => Promise<Answer>;

export interface BreakerOptions {
  readonly minCalls: number;
  readonly windowMs: number;
  readonly openMs: number;
  /** Only where the library has a bulkhead inside its breaker. */
  readonly capacity?: number;
  readonly timeoutMs?: number;
}

/** What the protected work does: it answers well, or it fails. */
export type Work = (signal?: AbortSignal) => Promise<'ok' | 'fail' | 'throttled'>;
export type Outcome = 'ok' | 'fail' | 'throttled' | 'refused' | 'aborted';
export type Guarded = (work: Work, signal?: AbortSignal) => Promise<Outcome>;

export interface Library {
  readonly name: string;
  /** With their pinned versions in bench/package.json. */
  readonly packages: readonly string[];
  client?(options: ClientOptions): Promise<Client>;
  /** Bodies the library takes, where it takes any. */
  readonly bodies?: readonly ('string' | 'bytes' | 'blob' | 'form' | 'params' | 'stream')[];
  /** It reads Retry-After. */
  readonly readsRetryAfter?: true;
  /** It can bound an attempt. */
  readonly hasTimeout?: true;
  /** It knows what HTTP methods mean. */
  readonly knowsMethods?: true;
  /** It sends a call again whose wire broke. */
  readonly resendsBrokenWires?: true;
  /** It hands out bodies before they are complete. */
  readonly streams?: true;
  /** Calls with its own backoff; the waits are noted and not waited for. */
  waits?(attempts: number, jitter: boolean, capMs?: number): Promise<readonly number[]>;
  readonly hasJitter?: true;
  readonly hasCap?: true;
  /** Rejects within `totalMs`, waits of `delayMs` between attempts; answers how often it tried. */
  bounded?(delayMs: number, totalMs: number, url: string): Promise<void>;
  breaker?(options: BreakerOptions): Promise<Guarded>;
  readonly breakerHasWindow?: true;
  readonly breakerKnowsHttp?: true;
  readonly breakerHalfOpens?: true;
  /** Its breaker as it comes, with nothing set that may be left out. */
  plainBreaker?(): Promise<Guarded>;
  bulkhead?(max: number, queue: number): Promise<Guarded>;
}

/** Types of the peers are not needed to check the bench: it is checked where they are not installed. */
// biome-ignore lint/suspicious/noExplicitAny: what a peer exports is known when it runs, not before.
export type Loaded = any;

export const load = async (name: string): Promise<Loaded> => import(name);

/** A response of fetch's, as an answer. */
export const answerOf = (response: Response): Answer => ({status: response.status, text: () => response.text()});

export const initOf = ({method, body, headers, signal}: CallInit = {}): RequestInit =>
  ({
    ...(method === undefined ? {} : {method}),
    ...(headers === undefined ? {} : {headers}),
    ...(signal === undefined ? {} : {signal}),
    ...(body === undefined ? {} : {body}),
    ...(body instanceof ReadableStream ? {duplex: 'half'} : {}),
  }) as RequestInit;

/** Fetch, with an answer that is no success thrown: for libraries that repeat what throws. */
export async function fetchOrThrow(url: string, init: CallInit | undefined): Promise<Answer> {
  const response = await fetch(url, initOf(init));
  if (response.status >= 500 || response.status === 429) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  }
  return answerOf(response);
}
