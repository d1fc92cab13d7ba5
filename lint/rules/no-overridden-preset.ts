import type {Layer} from '../model/layer.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {setterOf} from '../model/setter.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const overriddenPreset: Rule = builtIn('RL416', {
  needs: ['extends'],
  fields: ['attemptTimeoutMs', 'deadlineMs', 'idempotency'],

  *checkFile({scopes: [scope]}: Model): Iterable<Draft & {scope: Scope}> {
    if (scope === undefined) return;
    yield* withoutKeys(scope);
    const setter = setterOf(scope, 'deadlineMs');
    if (setter.by !== 'layer' || setter.layer.shape !== undefined) return;
    const last = setter.layer;
    const lastMs = last.data.deadlineMs ?? Infinity;
    // The layers below, from the highest to the lowest.
    const below = scope.layers.slice(scope.layers.indexOf(last) + 1);
    const first = below.find(
      layer => layer.shape === undefined && layer.entry !== last.entry && longestMs(layer) > lastMs,
    );
    if (first === undefined || last.entry === undefined) return;
    const {words} = scope.dialect;
    yield {
      scope,
      at: `extends[${last.entry}]`,
      message: `${last.name} comes after ${first.name} and wins: calls end after ${words.ms(lastMs)}, where ${first.name} has ${words.ms(first.data.deadlineMs ?? 0)} and waits of up to ${words.ms(longestMs(first))}. Name ${first.name} last, or leave one out.`,
    };
  },
});

/** A preset without keys, after one with keys. */
function* withoutKeys(scope: Scope): Iterable<Draft & {scope: Scope}> {
  const setter = setterOf(scope, 'idempotency');
  if (setter.by !== 'layer' || setter.layer.shape !== undefined || setter.layer.data.idempotency !== null) return;
  const last = setter.layer;
  const first = scope.layers.slice(scope.layers.indexOf(last) + 1).find(({data}) => data.idempotency);
  if (first === undefined || first.entry === last.entry) return;
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
