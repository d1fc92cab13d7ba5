/** What the checks need to know of a client. */
import type {ResilientFetch} from '../../src/fetch.ts';
import type {Answer, SeenRequest} from './fault-server.ts';

/** Each operation resolves with what it read, and rejects with what the client throws or gives as its error. */
export interface Operations {
  /** A GET. */
  readonly read?: (signal?: AbortSignal) => Promise<string>;
  /** A POST. */
  readonly write: (signal?: AbortSignal) => Promise<string>;
  /** A response that comes in parts, read to its end. */
  readonly stream?: () => Promise<string>;
}

export interface Subject {
  readonly connect: (fetch: ResilientFetch, url: string) => Operations | Promise<Operations>;
  readonly answers: {
    /** Answers that the operations read `ok` in. */
    readonly read?: Answer;
    readonly write: Answer;
    /** A 400 in the shape that the vendor uses. */
    readonly refusal: Answer;
    /** In which `stream` reads `PARTS`. */
    readonly stream?: Answer;
    /** A stream in which the vendor says that it is overloaded, before any content. */
    readonly overload?: Answer;
  };
  /** Whether a request is one of the operation under test. Left out: all are. */
  readonly counts?: (request: SeenRequest) => boolean;
}

/** Read as a stream: `response.text()` is bounded by the attempt timeout. */
export function textOf({body}: Response): Promise<string> {
  return new Response(body).text();
}

/** What a streamed response consists of. */
export const PARTS: readonly string[] = [
  'one ',
  'two ',
  'l0ng '.repeat(40_000),
  'four ',
  'fîve ',
  '€ ',
  'seven ',
  'eight',
];
/** So that the whole response takes longer than an attempt may. */
export const GAP_MS = 100;
