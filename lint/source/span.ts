/** Parts of a text. */

/** A part of a text, as offsets in UTF-16 units. */
export interface Span {
  /** Offset of the first unit. */
  readonly start: number;
  /** Offset after the last unit. */
  readonly end: number;
}

/** A comment, in whichever language. */
export interface Comment {
  /** With its marks. */
  readonly span: Span;
  /** Without its marks, trimmed. */
  readonly text: string;
  /** Whether only blanks come before it on its line. */
  readonly alone: boolean;
}
