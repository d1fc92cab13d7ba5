/** The faults of requests. */
import type {Asked, ErrorKind} from './dialects.ts';
import type {Refusal} from './refusals.ts';

/** The fault of one request. `paid`: the model has worked and the account is charged, although no answer arrives. */
export type Fault =
  | {readonly kind: 'refused'; readonly refusal: Refusal}
  | {readonly kind: 'reset'; readonly paid: boolean}
  /** Nothing is listening. */
  | {readonly kind: 'down'}
  /** The generation takes this much longer. */
  | {readonly kind: 'slow'; readonly ms: number}
  /** An error event inside a stream with status 200. */
  | {readonly kind: 'error event'; readonly error: ErrorKind; readonly after: 'nothing' | 'head' | 'content'}
  /** A stream of pings, which never ends. */
  | {readonly kind: 'pings'}
  /** Pings for so long, then the answer. */
  | {readonly kind: 'pings then content'; readonly ms: number}
  /** The stream stays open after the first word of its content, and nothing more comes. */
  | {readonly kind: 'stall'}
  /** The connection breaks inside a stream. */
  | {readonly kind: 'cut'; readonly after: 'head' | 'content'};

export interface Meeting {
  readonly asked: Asked;
  readonly client: string;
  /** 1 for the client's first request with this prompt. */
  readonly arrival: number;
}

/** Whether the stream fails before any content, so that it costs nothing. */
export const failsBeforeContent = (fault: Fault | null): boolean =>
  (fault?.kind === 'error event' || fault?.kind === 'cut') && fault.after !== 'content';
