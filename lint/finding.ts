/** The type of a finding, shared by the terminal, the editor, the browser and every report format. */

import type {Range} from './source/lines.ts';

/** How severe a finding is. */
export type Severity = 'error' | 'warning' | 'info';

/** How certain a finding is. The linter sees only the policy: a proxy may add an idempotency key, for example. */
export type Confidence = 'high' | 'medium' | 'low';

/** The worst first. */
export const severities: readonly Severity[] = ['error', 'warning', 'info'];

/** unnecessary: removing the field changes nothing. deprecated: the field works, but another one should be used. */
export type FindingTag = 'unnecessary' | 'deprecated';

/** A place in a file, and what is wrong with it. */
export interface Finding {
  /** The code of the rule: `RL203`. */
  readonly code: string;
  /** The name of the rule: `no-synchronised-retries`. */
  readonly name: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Whole sentences: the fact with its numbers, the limit, and what to do. */
  readonly message: string;
  /** The path of the file, as it was given. */
  readonly path: string;
  /** Lines and columns from 1, columns in UTF-16 units; the end is exclusive. */
  readonly range: Range;
  /** How an editor shows the place beside underlining it: faded, or struck through. */
  readonly tags: readonly FindingTag[];
  /** The path in the document, in the words of the file: `routes[0].backoff.jitter`. */
  readonly pointer: string;
  /** Identifies the finding when lines or routes move: rule, route and field. Unique in a file. */
  readonly fingerprint: string;
  /** Other places that explain the finding. */
  readonly related: readonly RelatedPlace[];
  /** The change that `--fix` writes if it is safe, and that `--fix --unsafe-fixes` writes in any case. */
  readonly fix: Fix | undefined;
  /** Other changes, all of them unsafe. Editors offer them; no command writes them. */
  readonly suggestions: readonly Fix[];
  /** The URL of the page of the rule. */
  readonly docs: string | undefined;
}

/** Another place that explains a finding. */
export interface RelatedPlace {
  readonly message: string;
  readonly path: string;
  readonly range: Range;
}

/**
 * How far a fix can be trusted.
 *
 * safe: each call that would have succeeded still does, with the same effects, and no number is chosen. unsafe: calls may do something
 * else, or a number is chosen that only the author can know.
 */
export type FixSafety = 'safe' | 'unsafe';

/** A change of the text. */
export interface Fix {
  /** An imperative: `Set jitter to "full"`. */
  readonly title: string;
  readonly safety: FixSafety;
  /** In the order of the text. They do not overlap. */
  readonly edits: readonly Edit[];
}

/** Replaces a part of the text. Offsets count UTF-16 units; `range` has the same places as lines and columns. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly range: Range;
  readonly text: string;
}

/** A suppressed or baselined finding. */
export interface Suppressed {
  readonly finding: Finding;
  readonly by: 'comment' | 'block' | 'baseline';
  readonly reason: string | undefined;
}

/** The result of a lint run. */
export interface Report {
  /** The path of the file, as it was given. */
  readonly path: string;
  /**
   * Whether the rules ran: not in a file with a syntax error. An editor then keeps the findings of the last whole report, so that they do
   * not flicker while the user types.
   */
  readonly isWhole: boolean;
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
}
