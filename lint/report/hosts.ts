/** The hosts that a retrier asks, as far as its file names them: what was accepted for one is not accepted for another. */

import type {Shape} from '../shape/shape.ts';

/** With and without a scheme: `"https://a.example/v1"`, `"a.example"`. */
const HOST = /(?<=["'`/@])(?:[\w-]+\.)+\w{2,}(?=["'`/:?])/g;

/**
 * A list of them, in a list: of a program, all that its file names. An empty one where the file names none, and for a policy, whose findings
 * name its routes.
 */
export function hostsOf(shape?: Shape): readonly (readonly string[])[] {
  const found = shape?.hosts ?? (shape?.code && shape.unit?.source.text.match(HOST)) ?? [];
  return found.length > 0 ? [[...new Set(found)].sort()] : [];
}
