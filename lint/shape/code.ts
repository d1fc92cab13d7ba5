/** What a program says of a retrier, beside the fields that a policy has. */

import type {Span} from '../source/tree.ts';

/** A call, a decorator or a loop that retries. */
export interface CodeFacts {
  /** As messages call it: `this loop`, `tenacity`. */
  readonly what: string;
  /** The errors after which it tries again: every one; those that it names; or what the file alone does not say. */
  readonly errors: 'every' | 'some' | 'unknown';
  /** The place that says which errors; that of the retrier, where a default does. */
  readonly errorsSpan: Span;
  /** How to name them, in the words of the library: `retry=retry_if_exception_type((RateLimitError, APIConnectionError))`. */
  readonly remedy: string;
  /** The place where the error of the last attempt is dropped. */
  readonly swallowed?: Span | undefined;
  /** A request that waits for an answer as long as it takes. */
  readonly endless?: Span | undefined;
  /** Whether the caller gets an error of the library in place of the cause. */
  readonly wraps?: boolean | undefined;
  /** What retries although nothing in the file asks for it. */
  readonly hidden?: HiddenRetries | undefined;
  /** Whether the file is a script: one process, whose retries collide with no others. */
  readonly isScript: boolean;
}

/** Retries that a library makes by itself. */
export interface HiddenRetries {
  /** Retries of a call, without the first attempt. */
  readonly retries: number;
  /** Timeout of an attempt, in seconds. Undefined: no timeout. */
  readonly timeoutS: number | undefined;
}
