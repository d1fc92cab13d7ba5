/** What the message of an unknown field proposes: a field to rename it to. */

export interface Hint {
  /** As it is written beside the wrong one: `jitter`. */
  readonly field: string;
  /** The value may stay as it is: only the spelling was wrong. */
  readonly sameValue: boolean;
}

/** Reads "did you mean "jitter"?". Names of other libraries count differently, so they are never put right unasked. */
export function readHint(message: string): Hint | undefined {
  const spelling = /did you mean "([^"]+)"\?/.exec(message)?.[1];
  return spelling === undefined ? undefined : {field: spelling, sameValue: true};
}
