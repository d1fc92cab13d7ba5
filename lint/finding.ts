/** What the linter finds. One shape for the terminal, the editor, the browser and every report format. */

import type {Range} from './source/lines.ts';

export type Severity = 'error' | 'warning' | 'info';

/** How sure the linter is that this is wrong, given all it can see: an idempotency key, say, may be added by a proxy. */
export type Confidence = 'high' | 'medium' | 'low';

/** The worst first. */
export const severities: readonly Severity[] = ['error', 'warning', 'info'];

/** unnecessary: it can go, and nothing changes. deprecated: it works, and something else is meant to be written. */
export type FindingTag = 'unnecessary' | 'deprecated';

export interface Finding {
  /** Stable: `RL203`. */
  readonly code: string;
  /** The same for people: `no-synchronised-retries`. */
  readonly name: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One or two sentences: the fact with its numbers, then what follows. */
  readonly message: string;
  /** Of the file, as it was given. */
  readonly path: string;
  /** Lines and columns from 1, columns in UTF-16 units; the end is exclusive. */
  readonly range: Range;
  /** How an editor shows the place besides underlining it: faded, or struck through. */
  readonly tags: readonly FindingTag[];
  /** Where in its document, as it is written there: `routes[0].backoff.jitter`. */
  readonly pointer: string;
  /** What stays the same when lines or routes are moved: rule, route and field. Unique in a file. */
  readonly fingerprint: string;
  /** Other places that explain it. */
  readonly related: readonly RelatedPlace[];
  /** What `--fix` writes where it is safe, and `--fix --unsafe-fixes` in either case. */
  readonly fix: Fix | undefined;
  /** Other ways out, all of them unsafe. An editor offers them; no command writes them. */
  readonly suggestions: readonly Fix[];
  /** The page of the rule, as a URL. */
  readonly docs: string | undefined;
}

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

export interface Fix {
  /** What it does, as an imperative: `Set jitter to "full"`. */
  readonly title: string;
  readonly safety: FixSafety;
  /** In the order of the text, without overlap. */
  readonly edits: readonly Edit[];
}

/** Replaces a stretch of the text; offsets in UTF-16 units, and the same as lines and columns. */
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

export interface Report {
  readonly path: string;
  /**
   * Whether the rules ran. They do not behind a slip of syntax; an editor shows the findings of the last whole report meanwhile, so
   * that they do not come and go with every bracket that is typed.
   */
  readonly isWhole: boolean;
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
}
