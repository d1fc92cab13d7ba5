/** The values that a field can have, with what they mean: from the schema, and computed from the policy around it. */

import {formatCount} from '../analysis/format.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {neededMs, suggestedTimeoutMs} from '../analysis/suggested-values.ts';
import type {Scope} from '../model/scope.ts';
import {alternativesOf, type SchemaNode} from './schema.ts';

export interface FieldValue {
  readonly value: unknown;
  /** A short phrase. */
  readonly meaning?: string;
  /** Markdown. */
  readonly description?: string;
}

/** The computed values first; each value once. */
export function valuesOf(node: SchemaNode | undefined, field: string, scope: Scope | undefined): FieldValue[] {
  const all = [
    ...(scope === undefined ? [] : fittingValues(field, scope)),
    ...(node === undefined ? [] : fromSchema(node)),
  ];
  const seen = new Set<string>();
  return all.filter(({value}) => {
    const key = JSON.stringify(value);
    return !seen.has(key) && seen.add(key);
  });
}

function fromSchema(node: SchemaNode): FieldValue[] {
  const alternatives = alternativesOf(node);
  const all = [node, ...alternatives];
  const defaults = all.filter(each => each.default !== undefined);
  return [
    ...defaults.map(each => ({value: each.default, meaning: 'default'})),
    ...alternatives.flatMap(valuesOfOne),
    ...all.flatMap(({examples = []}) => examples.map(value => ({value}))),
  ].filter(({value}) => typeof value !== 'object' || value === null || isEmpty(value));
}

/** Objects and lists are written field by field. */
const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

function valuesOfOne({const: only, enum: several, enumDescriptions = [], type, description}: SchemaNode): FieldValue[] {
  const types = typeof type === 'string' ? [type] : (type ?? []);
  return [
    ...(only === undefined ? [] : [{value: only, ...(description === undefined ? {} : {description})}]),
    ...(several ?? []).map((value, index) => {
      const meaning = enumDescriptions[index];
      return {value, ...(meaning === undefined ? {} : {description: meaning})};
    }),
    ...(types.includes('boolean') ? [{value: true}, {value: false}] : []),
    ...(types.includes('object') ? [{value: {}}] : []),
    ...(types.includes('array') ? [{value: []}] : []),
    ...(types.includes('null') ? [{value: null}] : []),
  ];
}

/** Times and attempts that fit each other. */
function fittingValues(field: string, {policy, words}: Scope): FieldValue[] {
  const {deadlineMs, attemptTimeoutMs} = policy;
  const attempts = retriesOf(policy) + 1;
  switch (field.replace(/^routes\[\d+\]\./, '')) {
    case 'deadlineMs': {
      const value = Math.ceil(neededMs(policy));
      const meaning = `fits ${formatCount(attempts, 'attempt')} and the waits`;
      return Number.isSafeInteger(value) ? [{value, meaning}] : [];
    }
    case 'attemptTimeoutMs': {
      const value = suggestedTimeoutMs({...policy, attemptTimeoutMs: deadlineMs});
      const meaning = `lets ${formatCount(attempts, 'attempt')} fit into ${words.ms(deadlineMs ?? 0)}`;
      return value === undefined || deadlineMs === null || !Number.isFinite(attempts) ? [] : [{value, meaning}];
    }
    case 'maxAttempts': {
      if (deadlineMs === null || attemptTimeoutMs === null) return [];
      const value = mostThatFit(attempts => neededMs(policy, attempts) <= deadlineMs);
      return value === 0 ? [] : [{value, meaning: `the most that fit into ${words.ms(deadlineMs)}, up to ${MOST}`}];
    }
    default:
      return [];
  }
}

/** RL201 warns of more. */
const MOST = 5;

function mostThatFit(fits: (attempts: number) => boolean): number {
  let attempts = 0;
  while (attempts < MOST && fits(attempts + 1)) attempts++;
  return attempts;
}
