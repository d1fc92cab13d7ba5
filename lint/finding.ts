/** The types of findings, shared by the terminal, editors and all report formats. */

import type {Range} from './source/lines.ts';

/** How severe a finding is. */
export type Severity = 'error' | 'warning' | 'info';

/** How certain a finding is. The linter sees only the policy: a proxy may add an idempotency key, for example. */
export type Confidence = 'high' | 'medium' | 'low';

/** All severities, the worst first. */
export const severities: readonly Severity[] = ['error', 'warning', 'info'];

/** unnecessary: removing the field changes nothing. deprecated: the field works, but another one should be used. */
export type FindingTag = 'unnecessary' | 'deprecated';

/** A problem at a place in a file. */
export interface Finding {
  /** The code of the rule: `RL203`. */
  readonly code: string;
  /** The name of the rule: `no-synchronized-retries`. */
  readonly name: string;
  /** How serious the finding is: error, warning or info. */
  readonly severity: Severity;
  /** How certain the finding is. */
  readonly confidence: Confidence;
  /** Whole sentences: the fact with its numbers, the limit, and what to do. */
  readonly message: string;
  /** The path of the file, as it was given. */
  readonly path: string;
  /** Lines and columns from 1, columns in UTF-16 units; the end is exclusive. */
  readonly range: Range;
  /** Let editors fade the place or strike it through, besides underlining it. */
  readonly tags: readonly FindingTag[];
  /** The path in the document, in the words of the file: `routes[0].backoff.jitter`. */
  readonly pointer: string;
  /** Identifies the finding when lines or routes move: rule, route and field. Unique in a file. */
  readonly fingerprint: string;
  /** The entry of a baseline that accepts the finding as it is now. */
  readonly acceptance: Acceptance;
  /** Other places that explain the finding. */
  readonly related: readonly RelatedPlace[];
  /** The change that `--fix` writes if it is safe, and that `--fix --unsafe-fixes` writes in any case. */
  readonly fix: Fix | undefined;
  /** Other changes, all of them unsafe. Editors offer them; no command writes them. */
  readonly suggestions: readonly Fix[];
  /** The URL of the page of the rule. */
  readonly docs: string | undefined;
}

/** An accepted finding: an entry of a baseline. */
export interface Acceptance {
  /** Its fingerprint. */
  readonly finding: string;
  /** Its severity when it was accepted. A higher one is a new finding. */
  readonly severity: Severity;
  /** The number of the field that it is about. A worse one is a new finding. */
  readonly value?: number;
  /** A digest of the other values that it is about. With other values, the finding is a new one. */
  readonly digest?: string;
  /**
   * The numbers in its message, which follow from all that it is about: durations in ms, sizes in bytes. Where one is twice or half as large, or
   * there are more or fewer, the finding is a new one.
   */
  readonly numbers?: readonly number[];
  /** A digest of the methods, hosts, paths and quoted values in its message. With others, the finding is a new one. */
  readonly names?: string;
}

/** Another place that explains a finding. */
export interface RelatedPlace {
  /** One sentence that says how the place is related. */
  readonly message: string;
  /** The path of the file. */
  readonly path: string;
  /** Lines and columns from 1, columns in UTF-16 units; the end is exclusive. */
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
  /** Whether calls may behave differently after the change. */
  readonly safety: FixSafety;
  /** In the order of the text. They do not overlap. */
  readonly edits: readonly Edit[];
}

/** Replaces a part of the text. Offsets are in UTF-16 units. */
export interface Edit {
  /** Offset of the first replaced unit. */
  readonly start: number;
  /** Offset after the last replaced unit. */
  readonly end: number;
  /** The same places as lines and columns. */
  readonly range: Range;
  /** The new text. */
  readonly text: string;
}

/** A suppressed or baselined finding. */
export interface Suppressed {
  /** The finding. */
  readonly finding: Finding;
  /** A comment or an `x-retry-lint` block in the policy, or the baseline. */
  readonly by: 'comment' | 'block' | 'baseline';
  /** The reason in the suppression; undefined if it has none, as in a baseline. */
  readonly reason: string | undefined;
}

/** A language in which a file has policies. */
export interface ReportedDialect {
  /** The name of the dialect: `native` for policies of steadfetch. */
  readonly name: string;
  /** How many policies of it the file has. */
  readonly policies: number;
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
  /** The languages of its policies, in the order of the policies; empty if it has none. */
  readonly dialects: readonly ReportedDialect[];
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  /** The suppressed findings, in the order of the file. */
  readonly suppressed: readonly Suppressed[];
}
