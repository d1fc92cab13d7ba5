/** What an explanation is made of: data, so that a terminal, a page and an editor each show it their way. */

export type Block =
  | {readonly kind: 'text'; readonly text: string}
  /** The first column is what a row is about; the others are right-aligned where they are numbers. */
  | {readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[]};

/** The arithmetic of a rule for one part of a policy. */
export interface Explanation {
  /** `the policy`, `route "predict"`. */
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const text = (words: string): Block => ({kind: 'text', text: words});

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  kind: 'table',
  head,
  rows,
});
