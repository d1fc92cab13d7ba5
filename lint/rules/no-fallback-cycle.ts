import {cycleFrom, startOf} from '../analysis/cycle.ts';
import type {Draft, Rule} from '../rule.ts';
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
      const isAlone = cycle.length === 1;
      const names = [first.from, ...cycle.map(each => each.to)].join(' → ');
      yield {
        at: '',
        place,
        message: isAlone
          ? `${to} falls back to itself, which has just failed. Name another ${targets.kind}.`
          : `The fallbacks go round: ${names}. ${targets.cycleEnd ?? 'Nothing ends that.'} End at a ${targets.kind} that does not lead back.`,
        ...(!isAlone && targets.cycleEnd !== undefined && {severity: 'info'}),
      };
    }
  },
});
