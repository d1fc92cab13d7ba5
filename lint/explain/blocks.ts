/** Parts of an explanation, as data that a terminal, a page and an editor render. */

export type Block =
  | {readonly kind: 'text'; readonly text: string}
  /** The first column names the row. Columns of numbers are right-aligned. */
  | {readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[]};

/** The arithmetic of a rule for one part of a policy. */
export interface Explanation {
  /** The part: `the policy`, `route "predict"`. */
  readonly title: string;
  /** Texts and tables, in order. */
  readonly blocks: readonly Block[];
}

export const text = (words: string): Block => ({kind: 'text', text: words});

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  kind: 'table',
  head,
  rows,
});
