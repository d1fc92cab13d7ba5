import type {Draft, Rule} from '../rule.ts';
import type {Reference} from '../shape/targets.ts';
import {builtIn} from './built-in.ts';

export const fallbackCycle: Rule = builtIn('RL423', {
  fields: [],

  *check({base, file}): Iterable<Draft> {
    const targets = file.shape?.targets;
    if (targets === undefined || base !== '') return;
    for (const first of targets.references) {
      const cycle = cycleFrom(first);
      // Each cycle once, from the reference that is the first in the file.
      if (cycle === undefined || cycle.some(({place}) => startOf(place) < startOf(first.place))) continue;
      const {place, to} = cycle.at(-1)!;
      if (cycle.length === 1) {
        yield {
          at: '',
          place,
          message: `${to} falls back to itself, which has just failed. Name another ${targets.kind}.`,
        };
        continue;
      }
      const names = [first.from, ...cycle.map(each => each.to)].join(' → ');
      yield {
        at: '',
        place,
        message: `The fallbacks go round: ${names}. ${targets.cycleEnd ?? 'Nothing ends that.'} End at a ${targets.kind} that does not lead back.`,
        ...(targets.cycleEnd === undefined ? {} : {severity: 'info'}),
      };
    }
  },
});

/** References that are followed from one, so that a large file takes no time that grows with its square. */
const MOST = 200;

const startOf = ({node}: Reference['place']): number => node.span.start;

/** The shortest way from a reference back to what refers; undefined if there is none. */
function cycleFrom(first: Reference): Reference[] | undefined {
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
