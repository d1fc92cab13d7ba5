import {INERT_FIELDS} from '../analysis/inert-fields.ts';
import type {Layer} from '../model/layer.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const fieldWithoutEffect: Rule = builtIn('RL405', {
  fields: [],
  reads: [
    'attemptHeader',
    'attemptTimeoutMs',
    'backoff',
    'budget',
    'deadlineHeader',
    'deadlineMs',
    'endpoints',
    'failover',
    'hedge',
    'idempotency',
    'maxAttempts',
    'match',
    'nested',
    'objective',
    'paid',
    'quota',
    'retryAfter',
    'retryOn',
    'stream',
  ],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    for (const candidate of INERT_FIELDS) {
      // This check is much faster than finding the layer that sets a field.
      if (scopes.every(scope => candidate.inert(scope) === undefined)) continue;
      for (const [layer, users] of usersOf(candidate.path, scopes)) {
        const scope = users.find(({own}) => own === layer) ?? users[0]!;
        const why = candidate.inert(scope);
        if (why === undefined || !users.every(user => candidate.inert(user) !== undefined)) continue;
        const {path} = candidate;
        yield {
          scope,
          at: path,
          message: `${path} ${candidate.effect ?? 'has no effect'}: ${why}.`,
          ...(candidate.effect === undefined ? {tag: 'unnecessary'} : {}),
          ...(candidate.isHarmless && {severity: 'info'}),
          ...(candidate.isRemovable ? {fix: {title: `Remove ${path}`, changes: [{do: 'remove', path}]}} : {}),
        };
      }
    }
  },
});

/** The scopes of each layer of this file that sets their value, or a field of it. */
function usersOf(path: string, scopes: readonly Scope[]): ReadonlyMap<Layer, readonly Scope[]> {
  const users = new Map<Layer, Scope[]>();
  for (const scope of scopes) {
    for (const layer of settersOf(path, scope)) {
      const known = users.get(layer);
      if (known === undefined) users.set(layer, [scope]);
      else known.push(scope);
    }
  }
  return users;
}

/** A route that sets one field of a budget inherits the others. */
function settersOf(path: string, scope: Scope): ReadonlySet<Layer> {
  const fields = Object.keys(Object(valueAt(scope.policy, path.split('.')))).map(field => `${path}.${field}`);
  const setters = [path, ...fields].map(each => setterOf(scope, each));
  return new Set(
    setters.flatMap(setter => (setter.by === 'layer' && setter.layer.entry === undefined ? [setter.layer] : [])),
  );
}
