/** Requests and responses, as the adapters give them. */
import type {KeyContext} from './key-context.ts';
import type {Instead} from './replies.ts';
import type {StoredResponse} from './store.ts';

/** A request, as an adapter gives it. */
export interface KeyedRequest<R> {
  readonly request: R;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  header(name: string): string | null;
  /** The whole body; null if it is larger than `maxBytes`. Called only for requests with a key. */
  body(maxBytes: number): Promise<Uint8Array | null>;
}

/** The response of the handler, before it is sent. */
export interface MadeResponse<A> {
  readonly status: number;
  readonly headers: Headers;
  /** Null if the body is not kept. */
  readonly body: Uint8Array | null;
  /** What the adapter sends. */
  readonly own: A;
}

/** What the adapter is to send: the response of the handler, or another one in its place. */
export type Answer<A> = {readonly own: A} | Instead;

/** @param isHeld Whether the response must not be sent before `answer` says so. If not, its body is not needed. */
export type RunHandler<A, Tx> = (context: KeyContext<Tx>, isHeld: boolean) => Promise<MadeResponse<A>>;

/** What a store keeps of a response. */
export function storedOf(
  {status, headers, body}: MadeResponse<unknown>,
  replayHeaders: ReadonlySet<string>,
): StoredResponse {
  return {status, headers: [...headers].filter(([name]) => replayHeaders.has(name)), body};
}
