/** What is known of a loop that retries. */
import type {JsNode} from '../../../source/javascript/syntax.ts';
import type {Tried} from './calls.ts';
import type {Head} from './head.ts';
import type {Trial} from './run.ts';

export interface Caught {
  /** The `catch`. */
  readonly handler: JsNode;
  readonly statement: JsNode;
  readonly trial: Trial;
  /** Whether it asks what the error is. */
  readonly isTested: boolean;
  /** Whether only failures of the network come to it. */
  readonly isNetwork: boolean;
}

/** An answer that is tried again because of its status. */
export interface Refused {
  readonly test: JsNode;
  /** Whether the server may have acted: after a 500, not after a 429. */
  readonly isAmbiguous: boolean;
  readonly trial: Trial;
}

export interface RetryLoop {
  readonly head: Head;
  readonly tried: Tried;
  readonly caught: readonly Caught[];
  readonly refused: readonly Refused[];
  /** `return` and `break` of the loop itself, outside of handlers. */
  readonly exits: readonly JsNode[];
}
