/** A word that names policies: a file, a folder or a glob, and behind `#` where in a file the policy is. */

export interface Operand {
  readonly path: string;
  /** A JSON pointer: `/retryPolicy`. '' for the whole file. */
  readonly pointer: string;
}

/** @param text `policy.json`, `package.json#/retryPolicy`. */
export function readOperand(text: string): Operand {
  const [, path, pointer] = /^(.+?)#(\/.*)$/s.exec(text) ?? [];
  return path === undefined || pointer === undefined ? {path: text, pointer: ''} : {path, pointer: decoded(pointer)};
}

/** In a URL, and so behind a `#`, a pointer may be written with percent signs. */
function decoded(pointer: string): string {
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}
