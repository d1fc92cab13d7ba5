/** Suggests what an unknown field was meant to be: a misspelt name, a name from another library, or a field of another object. */

import {ALIASES} from './aliases.ts';
import {type Fields, objectsOf} from './shape.ts';
import {overridesShape, policyShape} from './shapes.ts';
import type {Vocabulary} from './validate.ts';

/** Messages about policies, with suggestions. */
export const SUGGESTING: Vocabulary = {
  noun: 'a policy',
  suggest: suggestionFor,
  resembles: (key, words) => nearest(key, words) !== undefined,
};

/**
 * The clause after "is not a field of …", with its mark; empty where nothing comes close.
 *
 * @param part The path of the object, without the route it is in; empty for a policy, a route and the options of a call.
 */
function suggestionFor(key: string, object: ReadonlyMap<string, unknown>, owner: Fields, part: string): string {
  // A field of another kind is no slip: the kind is what has to be named.
  if (part !== '' && owner.fields.kind !== undefined && partHas(part, key)) return '';
  const near = nearest(
    key,
    Object.keys(owner.fields).filter(field => !object.has(field)),
  );
  if (near !== undefined && normalise(near) === normalise(key)) return `; did you mean "${near}"?`;
  const alias = aliasFor(key, object.get(key), owner, part);
  if (alias !== undefined) return `; ${alias}`;
  if (near !== undefined) return `; did you mean "${near}"?`;
  const home = homeOf(key, owner, part);
  return home === undefined ? '' : `; it belongs ${home}`;
}

/** The word that is closest to a misspelt one, if one is close enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  const wanted = normalise(word);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of words) {
    const name = normalise(candidate);
    // Each letter more is a slip.
    if (Math.abs(name.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted, name);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** The object that has a field of this name. */
function homeOf(key: string, owner: Fields, part: string): string | undefined {
  if (Object.hasOwn(policyShape.fields, key))
    return owner === overridesShape ? 'in the policy, or in one of its routes' : 'at the top of the policy';
  const parts = Object.keys((part === '' ? owner : policyShape).fields).filter(name => partHas(name, key));
  return parts.length === 0 ? undefined : `in ${parts.join(' or ')}`;
}

const partHas = (part: string, key: string): boolean =>
  objectsOf(policyShape.fields[part]).some(({fields}) => Object.hasOwn(fields, key));

function aliasFor(key: string, value: unknown, owner: Fields, part: string): string | undefined {
  const name = normalise(key);
  for (const [to, note, names] of ALIASES) {
    if (!` ${names} `.includes(` ${name} `)) continue;
    const field = fieldBelow(to, owner, part);
    if (field === undefined) return undefined;
    const example = note.endsWith('too') && isCount(value) ? `: ${key} ${value} is maxAttempts ${value + 1}` : '';
    return `use ${field}${note && `, ${note}`}${example}`;
  }
  return undefined;
}

/** The field as it is written inside the object; undefined if it cannot be written there. */
function fieldBelow(to: string, {fields}: Fields, part: string): string | undefined {
  const [first = '', field] = to.split('.');
  if (part === '' || field === undefined) return Object.hasOwn(fields, first) ? to : undefined;
  return first === part && Object.hasOwn(fields, field) ? field : undefined;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e6;
const normalise = (word: string): string => word.toLowerCase().replace(/[-_\s]/g, '');

/** Damerau–Levenshtein, restricted: a swap of neighbors is one slip, as it is on a keyboard. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + change,
      );
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) least = Math.min(least, (beforeLast[column - 2] as number) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] as number;
}
