/** What is wrong with a configuration. */

import type {Range} from '../source/lines.ts';

/** A mistake because of which a configuration cannot be used. */
export interface ConfigMistake {
  /** A whole sentence. */
  readonly message: string;
  /** Undefined if the mistake is not at a position in the text. */
  readonly range: Range | undefined;
}
