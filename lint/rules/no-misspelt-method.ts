import {EVERY, meantBy} from '../analysis/methods.ts';
import {wouldHide} from '../analysis/route-cover.ts';
import {assign} from '../analysis/setting.ts';
import {entriesOf} from '../model/entries.ts';
import {isSetHere} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const misspeltMethod: Rule = builtIn('RL403', {
  fields: [],
  reads: ['match', 'idempotentMethods', 'idempotency.methods'],

  *check(scope, scopes): Iterable<Draft> {
    for (const path of ['match.methods', 'idempotentMethods', 'idempotency.methods']) {
      for (const {value, at} of entriesOf(scope, path)) {
        if (typeof value === 'string' && EVERY.test(value))
          yield {at, message: `"${value}" is not an HTTP method, so ${EFFECTS[path]}. Name each method.`};
        const meant = typeof value === 'string' ? meantBy(value) : undefined;
        if (meant === undefined) continue;
        const message = `"${value}" is not an HTTP method, so ${EFFECTS[path]}; did you mean "${meant}"?`;
        const change = assign(`Set it to "${meant}"`, at, meant);
        // Declared idempotent, a POST is sent again: whether it may be, its author decides.
        const isRisky = path === 'idempotentMethods' && /^P(?:OST|ATCH)$/.test(meant);
        // If two routes are for the same calls, one has to go, or the method is another one.
        const isMendable =
          isSetHere(scope, path) && !(path === 'match.methods' && wouldHide(scope, scopes, value, meant));
        yield {at, message, ...(isMendable && (isRisky ? {suggestions: [change]} : {fix: change}))};
      }
    }
  },
});

const EFFECTS: Readonly<Record<string, string>> = {
  'match.methods': 'it matches no call',
  idempotentMethods: 'it allows no retry',
  'idempotency.methods': 'no call gets a key',
};
