/** What a dialect finds while it reads a file, beside the fields of a policy, and facts that a rule reads. */

import type {Match} from '../../src/policy/types.ts';
import type {Place} from '../source/places.ts';

/** A finding that only the dialect can make: it knows what its runtime does with what is written. */
export interface Remark {
  /** The rule that it is of: `RL402`. */
  readonly code: string;
  /** The place that is shown. */
  readonly place: Place;
  /** Whole sentences: the fact with its numbers, the limit, and what to do. */
  readonly message: string;
  /** Default: the severity of the rule. */
  readonly severity?: 'error' | 'warning' | 'info';
  /** A value that takes the place of the one that is shown. */
  readonly fix?: {
    /** An imperative: `Set maxAttempts to 5`. */
    readonly title: string;
    /** The new value. */
    readonly value: unknown;
  };
}

/** Calls that the runtime may send again although the server may have acted. */
export interface RepeatedCalls {
  /** The calls: undefined methods are not known, or any. */
  readonly match: Match;
  /** The same in the words of the file: `shop.OrderService/CreateOrder`, `every method on /v1/`. */
  readonly what: string;
  /** The place that names the calls, or the triggers. */
  readonly place: Place;
  /** The failures after which the server may have acted, in the words of the file: `5xx`, `INTERNAL`. */
  readonly after: readonly string[];
  /** What to write instead. */
  readonly remedy: string;
  /** Whether copies are sent before the first attempt has failed. */
  readonly isHedged?: boolean;
}
