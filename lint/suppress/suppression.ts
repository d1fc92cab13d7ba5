/** A wish that findings be kept quiet, wherever it is written. */

import type {Plan} from '../edit/plan.ts';
import type {Finding} from '../finding.ts';
import type {Span} from '../source/tree.ts';

export interface Suppression {
  readonly by: 'comment' | 'block';
  /** The place of the comment. */
  readonly span: Span;
  readonly pointer: string;
  /** Codes or names, as written. */
  readonly rules: readonly string[];
  readonly reason: string | undefined;
  /** What stands before the reason, for a suppression that must have one. */
  readonly reasonMark: '--' | ':' | undefined;
  readonly until: string | undefined;
  /** Whether it is meant for the place of a finding, whatever its rule. */
  readonly covers: (finding: Finding) => boolean;
  /** Takes it out of the text, where it is useless; undefined where it cannot go. */
  readonly removal: () => Plan | undefined;
}
