/** A scope that notes which fields of its policy are read. */

import type {Model} from '../../../lint/model/model.ts';
import type {Scope} from '../../../lint/model/scope.ts';

/** @param note Called with the path of each value that is read, such as `backoff.jitter`; objects are noted by what is read of them. */
export function recordedModel(model: Model, note: (path: string) => void): Model {
  const scopes = new Map(model.scopes.map(scope => [scope, recordedScope(scope, note)]));
  return {...model, scopes: [...scopes.values()]};
}

function recordedScope(scope: Scope, note: (path: string) => void): Scope {
  return {
    ...scope,
    policy: recorded(unfrozen(scope.policy), '', note),
    match: scope.match && recorded(unfrozen(scope.match), 'match', note),
  };
}

/** Made once: many rules read the same policies, and none writes to them. */
const copies = new WeakMap<object, object>();

/** A proxy may not give another value for a frozen field than the field has. */
function unfrozen<T extends object>(value: T): T {
  const copy = copies.get(value) ?? structuredClone(value);
  copies.set(value, copy);
  return copy as T;
}

function recorded<T extends object>(value: T, path: string, note: (path: string) => void): T {
  const at = (key: string | symbol): string => (path === '' ? String(key) : `${path}.${String(key)}`);
  return new Proxy(value, {
    get(target, key) {
      const read: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return read;
      if (typeof read === 'object' && read !== null && !Array.isArray(read)) return recorded(read, at(key), note);
      note(at(key));
      return read;
    },
    has(target, key) {
      note(at(key));
      return Reflect.has(target, key);
    },
  });
}
