/** The table of `npm run bench:compare`. */
import type {Costs, Quantity} from './costs.ts';
import {markdownTable} from './markdown-table.ts';
import {digits} from './section.ts';
import type {Group} from './subject.ts';

const UNITS: Readonly<Record<Quantity, string>> = {
  cpu: 'CPU µs',
  allocated: 'bytes allocated',
  pending: 'bytes while pending',
  left: 'bytes left',
  content: 'µs until the first content',
};

/** Costs are named `<row> / before`, `<row> / before again` and `<row> / after`. */
export function comparisonTable(
  {quantities, base, floor}: Pick<Group, 'quantities' | 'base' | 'floor'>,
  rows: readonly string[],
  costs: Costs,
): string[] {
  const columns = ['', 'before', 'before again', 'after', 'after ÷ before', 'noise'];
  if (floor !== undefined) columns.push(`above "${floor}": before, after`);
  const lines = quantities.flatMap(quantity =>
    rows.map(name => {
      const [before, again, after] = ['before', 'before again', 'after'].map(when =>
        costs.of(`${name} / ${when}`, quantity),
      ) as [number, number, number];
      const mean = (before + again) / 2;
      const cells = [before, again, after].map(value => digits(value, value < 1000 ? 2 : 0));
      const line = [`${name}, ${UNITS[quantity]}`, ...cells, digits(after / mean, 3), digits(again / before, 3)];
      if (floor === undefined || base === undefined || quantity !== 'cpu') return line;
      const above = (cost: number): string => digits((cost - costs.of(floor)) / costs.of(base), 3);
      return [...line, `${above(mean)}, ${above(after)}`];
    }),
  );
  const references = [base, floor].filter(name => name !== undefined);
  const known = references.map(name => [
    name,
    '',
    '',
    digits(costs.of(name)),
    '',
    '',
    ...(floor === undefined ? [] : ['']),
  ]);
  return markdownTable(columns, [...known, ...lines]);
}
