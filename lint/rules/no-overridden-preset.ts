import type {Layer} from '../model/layer.ts';
import type {Scope} from '../model/scope.ts';
import {setterOf} from '../model/setter.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const overriddenPreset: Rule = builtIn('RL416', {
  needs: ['extends'],
  fields: ['attemptTimeoutMs', 'deadlineMs', 'idempotency'],

  *checkFile({scopes: [scope]}) {
    if (scope === undefined) return;
    yield* withoutKeys(scope);
    const last = presetOf(scope, 'deadlineMs');
    const lastMs = last?.data.deadlineMs ?? Infinity;
    const first = last && below(scope, last).find(layer => layer.shape === undefined && longestMs(layer) > lastMs);
    if (last === undefined || first === undefined) return;
    yield {
      scope,
      at: `extends[${last.entry}]`,
      message: `${last.name} comes after ${first.name} and wins: calls end after ${scope.words.ms(lastMs)}, where ${first.name} has ${scope.words.ms(first.data.deadlineMs ?? 0)} and waits of up to ${scope.words.ms(longestMs(first))}. Name ${first.name} last, or leave one out.`,
    };
  },
});

/** The preset that decides a field. */
function presetOf(scope: Scope, path: string): Layer | undefined {
  const setter = setterOf(scope, path);
  return setter.by === 'layer' && setter.layer.shape === undefined ? setter.layer : undefined;
}

/** The layers of other entries below, from the highest to the lowest. */
const below = ({layers}: Scope, last: Layer): Layer[] =>
  layers.slice(layers.indexOf(last) + 1).filter(({entry}) => entry !== last.entry);

/** A preset without keys, after one with keys. */
function* withoutKeys(scope: Scope): Iterable<Draft & {scope: Scope}> {
  const last = presetOf(scope, 'idempotency');
  const first = last?.data.idempotency === null ? below(scope, last).find(({data}) => data.idempotency) : undefined;
  if (last === undefined || first === undefined) return;
  yield {
    scope,
    at: `extends[${last.entry}]`,
    message: `${last.name} comes after ${first.name} and wins: idempotency is null, and no call sends a key. Name ${first.name} last, or leave one out.`,
  };
}

/** The longest attempt, hint or wait for the quota that a preset allows; 0 without a deadline. */
function longestMs({data}: Layer): number {
  const {deadlineMs, attemptTimeoutMs, retryAfter, quota} = data;
  if (typeof deadlineMs !== 'number') return 0;
  return Math.max(attemptTimeoutMs ?? 0, retryAfter?.maxMs ?? 0, quota?.maxWaitMs ?? 0);
}
