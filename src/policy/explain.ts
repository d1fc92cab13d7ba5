/**
 * Turns what ajv found into one clear problem for each wrong place. ajv reports every branch of a union and every bound that was
 * missed; here the branch that was meant speaks alone, and a place speaks once, saying all that is expected of it.
 */

import type {PolicyProblem} from '../core/errors.ts';
import {hintFor} from './hints.ts';
import {joinPath, sayValue} from './say.ts';
import type {ValidationError} from './validator.ts';
import {expectations, fieldsOf, kindsOf} from './words.ts';

export type Root = 'policy' | 'call';

export function explain(errors: readonly ValidationError[], data: unknown, root: Root): PolicyProblem[] {
  const problems = new Map<string, PolicyProblem>();
  const unions = new Map<string, Union>();
  const wrongValues = new Map<string, Place>();
  const add = (problem: PolicyProblem): void =>
    void (problems.has(problem.path) || problems.set(problem.path, problem));

  for (const error of errors) {
    const place = locate(data, error.instancePath, root);
    if (place.union !== undefined) {
      const union = unions.get(place.union.path) ?? place.union;
      unions.set(union.path, union);
      if (place.path !== union.path) union.wrong.set(place.path, place);
    } else if (error.keyword === 'additionalProperties') {
      add(unknownField(place, String(error.params.additionalProperty), place.owner));
    } else if (error.keyword === 'required') {
      const field = String(error.params.missingProperty);
      add({
        path: joinPath(place.path, field),
        message: `is missing; it must be ${expectations[wordKey(place, field)]}`,
      });
    } else {
      wrongValues.set(place.path, place);
    }
  }
  for (const union of unions.values()) for (const problem of explainUnion(union)) add(problem);
  for (const place of wrongValues.values()) {
    // A list or object with wrong entries is not wrong itself: ajv says so because no branch fits.
    const isSaid = [...problems.keys(), ...wrongValues.keys()].some(
      path => path !== place.path && isBelow(path, place.path),
    );
    if (!isSaid) add(wrongValue(place, root));
  }
  return [...problems.values()];
}

interface Place {
  readonly path: string;
  /** The path in the tables of words: without the route it is in, and with [] for an index. */
  readonly key: string;
  readonly value: unknown;
  /** Whose fields are below, in the tables of words. */
  readonly owner: string;
  /** The object of several kinds that this place is in, or is. */
  readonly union: Union | undefined;
}

interface Union {
  readonly path: string;
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Places below whose values are wrong in some kind. */
  readonly wrong: Map<string, Place>;
}

function locate(data: unknown, pointer: string, root: Root): Place {
  let path = '';
  let key = '';
  let value = data;
  let union: Union | undefined;
  for (const segment of pointer.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    const isIndex = Array.isArray(value);
    value = (value as Record<string, unknown>)[name];
    path = joinPath(path, isIndex ? Number(name) : name);
    key = isIndex ? `${key}[]` : key === '' || key === 'routes[]' ? name : `${key}.${name}`;
    if (hasKinds(key, root) && isObject(value)) union = {path, key, value, wrong: new Map()};
  }
  const owner = key === '' ? root : key === 'routes[]' ? 'route' : key;
  return {path, key, value, owner, union};
}

/** A call can only leave the guards out, so for it they come in no kinds. */
const hasKinds = (key: string, root: Root): boolean =>
  kindsOf[key] !== undefined && (root === 'policy' || expectations[`call.${key}`] === undefined);

function explainUnion({path, key, value, wrong}: Union): PolicyProblem[] {
  const kinds = kindsOf[key] ?? [];
  const named = value.kind;
  if (named !== undefined && !kinds.includes(named as string)) {
    return [{path: `${path}.kind`, message: `must be ${expectations[`${key}.kind`]}, got ${sayValue(named)}`}];
  }
  const kind = (named as string | undefined) ?? bestKind(key, value, kinds);
  const fields = fieldsOf[`${key}:${kind}`] ?? [];
  const unknown = Object.keys(value)
    .filter(field => !fields.includes(field))
    .map(field => foreignField({path, key, value}, field, kind, fields));
  const places = [...wrong.values()].filter(place =>
    fields.includes(place.key.slice(key.length + 1).split('[')[0] as string),
  );
  const deepest = places.filter(place => !places.some(other => other !== place && isBelow(other.path, place.path)));
  return [
    ...unknown,
    ...deepest.filter(place => place.path !== `${path}.kind`).map(place => wrongValue(place, 'policy')),
  ];
}

/** Without a kind, the kind that knows most of the fields was meant; of equals the first, which is the default. */
function bestKind(key: string, value: object, kinds: readonly string[]): string {
  const known = (kind: string): number =>
    Object.keys(value).filter(field => fieldsOf[`${key}:${kind}`]?.includes(field)).length;
  return kinds.reduce((best, kind) => (known(kind) > known(best) ? kind : best));
}

function foreignField(
  union: Pick<Union, 'path' | 'key' | 'value'>,
  field: string,
  kind: string,
  fields: readonly string[],
): PolicyProblem {
  const {path, key, value} = union;
  const isOfOtherKind = kindsOf[key]?.some(other => fieldsOf[`${key}:${other}`]?.includes(field)) === true;
  const hint = isOfOtherKind ? '' : hintFor(field, `${key}:${kind}`, value);
  return {
    path: joinPath(path, field),
    message: `is not a field of ${key} kind "${kind}" (its fields: ${fields.join(', ')})${hint}`,
  };
}

function unknownField(place: Place, field: string, owner: string): PolicyProblem {
  const hint = hintFor(field, owner, isObject(place.value) ? place.value : {});
  return {
    path: joinPath(place.path, field),
    message: `is not a field of ${titles[owner] ?? owner}${fieldList(owner)}${hint}`,
  };
}

const titles: Readonly<Record<string, string>> = {
  policy: 'the policy',
  route: 'a route',
  call: 'the options of a call',
  'layers[]': 'a layer',
};

/** Long lists help nobody. */
function fieldList(owner: string): string {
  const fields = fieldsOf[owner] ?? [];
  return fields.length === 0 || fields.length > 8 ? '' : ` (its fields: ${fields.join(', ')})`;
}

function wrongValue({key, path, value}: Place, root: Root): PolicyProblem {
  const expected = (root === 'call' ? expectations[`call.${key}`] : undefined) ?? expectations[key] ?? 'an object';
  return {path, message: `must be ${expected}, got ${sayValue(value)}`};
}

function wordKey(place: Place, field: string): string {
  return place.key === '' || place.key === 'routes[]' ? field : `${place.key}.${field}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isBelow = (path: string, above: string): boolean =>
  above === '' ? path !== '' : path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
