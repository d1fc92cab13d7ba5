/** Requests and responses, as the adapters give them. */
import type {KeyContext} from './key-context.ts';
import type {Instead} from './replies.ts';
import type {StoredResponse} from './store.ts';

/** A request, as an adapter gives it. */
export interface KeyedRequest<R> {
  readonly request: R;
  readonly method: string;
  readonly host: string;
  /** With the query. */
  readonly path: string;
  header(name: string): string | null;
  /** The whole body; null if it is larger than `maxBytes`. Called only for requests with a key. */
  body(maxBytes: number): Promise<Uint8Array | null>;
}

/** The response of the handler, before it is sent. */
export interface MadeResponse<A> {
  readonly status: number;
  /** Names in lower case. Without those that middleware around the handler sets. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null if the body is not kept. */
  readonly body: Uint8Array | null;
  /** The rest of a run that goes on to the end of a response that is sent as it comes; else null. */
  readonly rest: Rest | null;
  /** What the adapter sends. */
  readonly own: A;
}

/** The rest of a response that is sent as it comes. */
export interface Rest {
  /** Resolves at the end of the response, also where the client has disconnected meanwhile. Rejects where the handler fails or destroys it before. */
  readonly ended: Promise<void>;
  /**
   * The run is over before the end: from now on the handler may learn that its client has disconnected.
   *
   * @param isPassedOn Whether the response was passed on to the server, rather than about to be.
   */
  letGo(isPassedOn: boolean): void;
}

/** What the adapter is to send: the response of the handler, or another one in its place. */
export type Answer<A> = {readonly own: A} | Instead;

/** How a response is held back until `answer` says what is sent. */
export interface Hold {
  /** A longer body is not kept. */
  readonly maxBytes: number;
  /** Whether an event stream is held to its end too, instead of being sent as it comes. */
  readonly isWhole: boolean;
  /** Whether the run goes on while a response is sent as it comes: a client that disconnects must not stop it. */
  readonly isRunToEnd: boolean;
  /** To be called in the tick in which the response ends, or is about to be sent as it comes: code of the handler may run before `RunHandler` resolves. */
  answered(): void;
}

/** @param hold Null if the response is sent at once. */
export type RunHandler<A, Tx> = (context: KeyContext<Tx>, hold: Hold | null) => Promise<MadeResponse<A>>;

/** Headers that belong to one connection, one moment or one client, and are never replayed. */
const NEVER_STORED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What a store keeps of a response. */
export function storedOf(
  {status, headers, body}: MadeResponse<unknown>,
  omitHeaders: ReadonlySet<string>,
): StoredResponse {
  return {status, headers: headers.filter(([name]) => !NEVER_STORED.has(name) && !omitHeaders.has(name)), body};
}
