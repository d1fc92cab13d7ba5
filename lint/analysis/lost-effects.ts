/** Fields that a change leaves without an effect: it removes them too, or RL405 would be the next finding. */

import {below} from '../model/layer.ts';
import type {Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';
import {formatList} from './format.ts';
import {heirsOf, usersOf} from './heirs.ts';
import {INERT_FIELDS} from './inert-fields.ts';
import {latenessOf} from './late-attempts.ts';

/** A change that sets `maxAttempts` to 1, and removes what only retries use. */
export const singleAttempt = (scope: Scope, scopes: readonly Scope[], draft: FixDraft): FixDraft =>
  withoutLost(scope, scopes, draft, afterwards(scope, scopes, draft));

/** A change that sets a deadline, unless some attempts would no longer fit into it: RL303 would be the next finding. */
export function fittingDeadline(scope: Scope, scopes: readonly Scope[], draft: FixDraft): FixDraft[] {
  const after = afterwards(scope, scopes, draft);
  const isLate = (each: Scope): boolean => latenessOf(each)?.isMinor === false;
  return scopes.some(each => isLate(after(each))) ? [] : [withoutLost(scope, scopes, draft, after)];
}

/** Each scope with the fields at its top that the change sets, where they reach it. */
function afterwards(scope: Scope, scopes: readonly Scope[], {changes}: FixDraft): (each: Scope) => Scope {
  const set = changes.flatMap(change => (change.do === 'set' ? [change] : []));
  const reach = set.map(({path, inScope}) =>
    inScope && scope.match !== undefined ? [scope] : heirsOf(scope, scopes, path),
  );
  return each => {
    const values = set.filter((_, index) => reach[index]!.includes(each)).map(({path, value}) => [path, value]);
    // Not a copy: a rule declares the fields that it reads, and these are few.
    return {...each, policy: Object.setPrototypeOf(Object.fromEntries(values), each.policy)};
  };
}

/** Asked for the fields only where the change is shown or applied. */
function withoutLost(
  scope: Scope,
  scopes: readonly Scope[],
  {title, changes}: FixDraft,
  after: (each: Scope) => Scope,
): FixDraft {
  /** Paths from the top of the scope. */
  const lost = (): string[] =>
    INERT_FIELDS.filter(({isRemovable}) => isRemovable).flatMap(({path, inert}) =>
      [...usersOf(path, scopes)]
        .filter(([, users]) => !users.every(inert) && users.every(user => inert(after(user))))
        .flatMap(([{base}]) => {
          if (scope.match === undefined) return [below(base, path)];
          // A route changes itself alone.
          return base === scope.base ? [path] : [];
        }),
    );
  return {
    get title() {
      const paths = lost();
      return paths.length === 0 ? title : `${title}, and remove ${formatList(paths)}`;
    },
    get changes() {
      return [...changes, ...lost().map(path => ({do: 'remove', path}) as const)];
    },
  };
}
