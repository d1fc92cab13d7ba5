import type {GrpcScene, Reply} from './libraries/grpc/scene.ts';
import type {CellResult, Scene} from './pitfall.ts';

/** What a peer can be asked to do. A part it does not have is left out, and the rows that need it say n/a. */

export interface ClientOptions {
  /** The most attempts of a call. */
  readonly attempts: number;
  /** Between attempts. Left out: the library's own backoff. */
  readonly delayMs?: number;
  /** Of one attempt, or of the call where the library has no other. */
  readonly timeoutMs?: number;
  /** Longest Retry-After that is waited for. */
  readonly maxRetryAfterMs?: number;
  /** Answers are read whole: a library that can give them either way need not stream them. */
  readonly whole?: true;
}

export interface EndpointOptions {
  /** The most attempts of a call. */
  readonly attempts: number;
  /** Between attempts, where the library waits. */
  readonly delayMs: number;
  /** An endpoint is out after so many failures in a row, where that can be set. Undefined: as by default. */
  readonly failures: number | undefined;
  /** So long. */
  readonly openMs: number;
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
  /** Where the library gives one of fetch's. */
  readonly response?: Response;
}

/** One call; rejects where the library rejects. */
export type Client = (url: string | URL, init?: CallInit) => Promise<Answer>;

export interface BreakerOptions {
  readonly minCalls: number;
  readonly windowMs: number;
  readonly openMs: number;
  /** Only where the library has a bulkhead inside its breaker. */
  readonly capacity?: number;
  readonly timeoutMs?: number;
}

/** What the protected work does: it answers well, it fails, or it answers 503 or 429 where the library knows HTTP. */
export type Work = (signal?: AbortSignal) => Promise<'ok' | 'fail' | 'unavailable' | 'throttled'>;
export type Outcome = 'ok' | 'fail' | 'throttled' | 'refused' | 'aborted' | "the listener's error";

/** What a listener of the bench's throws. */
export class OfListener extends Error {
  static is(error: unknown): boolean {
    return error instanceof OfListener || (error as Error).cause instanceof OfListener;
  }
}
export type Guarded = (work: Work, signal?: AbortSignal) => Promise<Outcome>;

/** Waits before the first retry, each made of 100 ms, and between what its documentation says they lie. */
export interface Jitter {
  readonly waits: readonly number[];
  readonly lowest: number;
  readonly highest: number;
}

/** What a server says to a chunk: a status for all of it, or for each item its answer or its status. */
export type ChunkReply = number | readonly (string | number)[];

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
  /** Retries a call whose connection failed. */
  readonly retriesNetworkErrors?: true;
  /** It hands out bodies before they are complete. */
  readonly streams?: true;
  /** Calls with its own backoff; the waits are noted and not waited for. */
  waits?(attempts: number, jitter: boolean, capMs?: number): Promise<readonly number[]>;
  readonly hasJitter?: true;
  readonly hasCap?: true;
  jitterOf?(count: number, url: string): Promise<Jitter>;
  /** Rejects within `totalMs`, waits of `delayMs` between attempts; answers how often it tried. */
  bounded?(delayMs: number, totalMs: number, url: string): Promise<void>;
  breaker?(options: BreakerOptions): Promise<Guarded>;
  readonly breakerHasWindow?: true;
  readonly breakerKnowsHttp?: true;
  readonly breakerHalfOpens?: true;
  /** Its breaker as it comes, with nothing set that may be left out. */
  plainBreaker?(): Promise<Guarded>;
  bulkhead?(max: number, queue: number): Promise<Guarded>;
  /** A breaker whose state can be saved, and what was saved brought back to life. */
  savedBreaker?(options: BreakerOptions): Promise<{readonly call: Guarded; restored(): Promise<Guarded>}>;
  /** A breaker that reports its opening and closing. */
  watchedBreaker?(options: BreakerOptions, notify: () => void): Promise<Guarded>;
  /** Runs any function, one that gives no promise too. */
  runs?(work: () => unknown): Promise<unknown>;
  /** A breaker for each origin, and how many of them are remembered. */
  breakers?(options: BreakerOptions): Promise<{at(origin: string): Guarded; remembered(): number}>;
  /** No body above so many bytes is sent again. */
  limited?(bytes: number): Promise<Client>;
  /** Makes a key for each call. */
  keyed?(options: ClientOptions): Promise<Client>;
  /** A second attempt beside one that is slow. `hedges` is how many its budget allows; left out: any. */
  hedged?(options: {readonly delayMs: number; readonly attempts: number; readonly hedges?: number}): Promise<Client>;
  /** Its retries have a budget, as it comes. */
  budgeted?(): Promise<Client>;
  /** Its budget allows so many retries of failures; it waits that long before each. */
  inBudget?(retries: number, delayMs: number): Promise<Client>;
  /** Laid upon a client that sends each call up to `attempts` times by itself. */
  nested?(attempts: number): Promise<Client>;
  /** What its telemetry reports of the attempts of one call: the number of the retry, and the time. */
  numbered?(
    url: string,
  ): Promise<readonly {readonly retry: number | undefined; readonly from: number; readonly to: number}[]>;
  /** A gRPC client that sends each call up to `attempts` times, on a server that answers so. `repeatable`: the method may run twice. */
  grpc?(attempts: number, script: readonly Reply[], repeatable?: true): Promise<GrpcScene>;
  /** It sends a call to one of several endpoints. Left out of the fields: it has no such part. */
  readonly endpoints?: {
    /** An endpoint that fails gets no calls for a time that can be set. */
    readonly goOut?: true;
    /** An endpoint may have a path of its own. */
    readonly havePaths?: true;
    /** It reads the beginning of event streams. */
    readonly readStreams?: true;
    /** @param urls Of the endpoints, the preferred one first. */
    client(urls: readonly string[], options: EndpointOptions): Promise<Client>;
  };
  /** By row, what its documentation says of a failure there: then it is no surprise, if still a pitfall. */
  readonly documented?: Readonly<Record<string, string>>;
  /** Rows that it is asked in its own protocol. */
  readonly own?: Readonly<Record<string, (library: Library, scene: Scene) => Promise<CellResult>>>;
  /** Sends calls side by side, and those that are the same once; gives what each of them read. */
  deduped?(): Promise<
    (calls: readonly {readonly url: string; readonly init: CallInit}[]) => Promise<readonly (string | undefined)[]>
  >;
  /** Sends items in chunks, with retries; gives the answer of each, in order, or undefined where there is none. */
  batch?(
    items: readonly string[],
    size: number,
    send: (chunk: readonly string[]) => Promise<ChunkReply>,
  ): Promise<readonly (string | undefined)[]>;
}

/** Types of the peers are not needed to check the bench: it is checked where they are not installed. */
/** A response of fetch's, as an answer. */
export const answerOf = (response: Response): Answer => ({
  status: response.status,
  text: () => response.text(),
  response,
});

export const initOf = ({method, body, headers, signal}: CallInit = {}): RequestInit =>
  ({
    ...(method === undefined ? {} : {method}),
    ...(headers === undefined ? {} : {headers}),
    ...(signal === undefined ? {} : {signal}),
    ...(body === undefined ? {} : {body}),
    ...(body instanceof ReadableStream ? {duplex: 'half'} : {}),
  }) as RequestInit;

/** Fetch, with an answer that is no success thrown: for libraries that repeat what throws. */
export async function fetchOrThrow(url: string | URL, init: CallInit | undefined): Promise<Answer> {
  const response = await fetch(url, initOf(init));
  if (response.status >= 500 || response.status === 429) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  }
  const {status} = response;
  return {status, text: () => response.text()}; // It is the user's own, not the library's.
}

/** The timers that `work` sets, which are not waited for. */
export async function noted(work: () => Promise<void>): Promise<number[]> {
  const waits: number[] = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((wake: () => void, ms: number) => {
    waits.push(ms);
    return real(wake, 0);
  }) as typeof setTimeout;
  await work();
  globalThis.setTimeout = real;
  return waits;
}

/** Something that went wrong in a library of the kind, and how to see whether it goes wrong here. */
export interface Pitfall {
  readonly id: string;
  readonly title: string;
  run(library: Library, scene: Scene): Promise<CellResult>;
}
