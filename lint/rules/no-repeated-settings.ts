import {formatList} from '../analysis/format.ts';
import {canonical} from '../canonical.ts';
import type {Scope} from '../model/scope.ts';
import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const repeatedRoutes: Rule = builtIn('RL601', {
  fields: [],
  reads: ['', 'match'],

  *checkFile({scopes}) {
    const groups = new Map<string, Scope[]>();
    for (const scope of scopes) {
      if (scope.match === undefined || scope.own.entry !== undefined) continue;
      const settings = settingsOf(scope);
      if (leaves(settings) < LEAST_VALUES) continue;
      const key = canonical(settings);
      groups.set(key, [...(groups.get(key) ?? []), scope]);
    }
    for (const [first, ...others] of groups.values()) {
      if (first === undefined || others.length < MOST_ROUTES) continue;
      const fields = formatList(Object.keys(settingsOf(first)));
      const message = `${others.length + 1} routes set ${fields} to the same values. Set them once at the top of the file.`;
      yield {scope: first, at: '', message};
    }
  },
});

const LEAST_VALUES = 3;
const MOST_ROUTES = 3;

function settingsOf({own}: Scope): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(own.data).filter(([field]) => field !== 'match' && field !== 'name' && !field.startsWith('x-')),
  );
}

function leaves(value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + leaves(item), 0);
}
