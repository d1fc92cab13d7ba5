/** Names of a file that refer to each other in a circle. */

import type {Reference} from '../shape/targets.ts';

/** References that are followed from one, so that a large file takes no time that grows with its square. */
const MOST = 200;

export const startOf = ({node}: Reference['place']): number => node.span.start;

/** The shortest way from a reference back to what refers; undefined if there is none. */
export function cycleFrom(first: Reference): Reference[] | undefined {
  const before = new Map<Reference, Reference | undefined>([[first, undefined]]);
  // A map is iterated in the order of insertion, also over what is added meanwhile.
  for (const [reference] of before) {
    if (before.size > MOST) return undefined;
    if (reference.to === first.from) {
      const cycle: Reference[] = [];
      for (let at: Reference | undefined = reference; at !== undefined; at = before.get(at)) cycle.unshift(at);
      return cycle;
    }
    for (const next of reference.next) if (!before.has(next)) before.set(next, reference);
  }
  return undefined;
}
