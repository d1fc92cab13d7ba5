/**
 * Finds the layer that set a value, by the rules of the merge: the highest layer that has it, unless a layer in between is null or of
 * another kind, because the defaults then start again.
 */

import {defaultsByKind} from '../../src/policy/defaults.ts';
import {kindOf} from '../../src/policy/merge.ts';
import type {Dialect} from '../dialects/dialect.ts';
import {isInvalidIn, isUnknownIn, type Layer} from './layer.ts';

/** The origin of a value. */
export type Setter =
  /** A layer wrote it. */
  | {readonly by: 'layer'; readonly layer: Layer}
  /** A layer wrote something that cannot be used. */
  | {readonly by: 'slip'; readonly layer: Layer}
  /** A layer wrote a template, and its value is not known. */
  | {readonly by: 'template'; readonly layer: Layer}
  /** No layer wrote it, so it is the default. `layer` is the one with the nearest object around it, if any. */
  | {readonly by: 'default'; readonly layer: Layer | undefined; readonly around: string};

/** The layers in which a setter is searched for. */
export interface Layered {
  /** The highest first. */
  readonly layers: readonly Layer[];
  readonly dialect: Dialect;
}

type Data = Readonly<Record<string, unknown>>;

/** @param path From the top of a policy, without indexes: `backoff.jitter`. */
export function setterOf({layers, dialect}: Layered, path: string): Setter {
  const {part, fields} = partsOf(path);
  let around: Layer | undefined;
  for (let index = 0; index < layers.length; index++) {
    const layer = layers[index]!;
    const value = partOf(layer, part);
    if (isInvalidIn(layer, path) || isInvalidIn(layer, part)) return {by: 'slip', layer};
    if (isUnknownIn(layer, path) || isUnknownIn(layer, part)) return {by: 'template', layer};
    if (value === undefined) continue;
    if (!isObject(value)) return around === undefined ? {by: 'layer', layer} : byDefault(around, part);
    if (fields.length === 0 || valueAt(value, fields) !== undefined) return {by: 'layer', layer};
    around ??= layer;
    if (!keepsKind(value, part, layers.slice(index + 1), dialect)) return byDefault(around, part);
  }
  return byDefault(around, part);
}

interface Parts {
  readonly part: string;
  readonly fields: readonly string[];
}

/** Cached, because rules ask for the same few paths in every scope of every file. */
const PARTS = new Map<string, Parts>();

function partsOf(path: string): Parts {
  const known = PARTS.get(path);
  if (known !== undefined) return known;
  const [part = '', ...fields] = path.split('.');
  const parts = {part, fields};
  PARTS.set(path, parts);
  return parts;
}

/** Whether an object of a layer is of the kind that the lower layers have. */
function keepsKind(value: Data, part: string, lower: readonly Layer[], {defaults}: Dialect): boolean {
  if (!Object.hasOwn(defaultsByKind, part)) return true;
  const kindOver = (below: unknown, data: Data): unknown => data.kind ?? kindOf(part, below, data);
  const below = lower.reduceRight<unknown>(
    (kind, layer) => {
      const its = partOf(layer, part);
      return its === null ? undefined : isObject(its) ? kindOver(kind, its) : kind;
    },
    valueAt(defaults, [part, 'kind']),
  );
  return kindOver(below, value) === below;
}

const partOf = ({data}: Layer, part: string): unknown => (data as Data)[part];

const byDefault = (layer: Layer | undefined, around: string): Setter => ({by: 'default', layer, around});

export function valueAt(value: unknown, fields: readonly string[]): unknown {
  let at = value;
  for (const field of fields) {
    if (!isObject(at)) return undefined;
    at = at[field];
  }
  return at;
}

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
