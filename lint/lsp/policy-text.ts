/** A policy as editors of all kinds have it: its text, and how the linter reads it. */

import type {LintRequest} from '../lint.ts';

export interface PolicyText {
  readonly request: LintRequest;
  /** The text of `request.path`. */
  readonly text: string;
}
