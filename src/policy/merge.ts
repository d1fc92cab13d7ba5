/**
 * Merges one layer of a policy over another. Objects merge key by key unless their kind differs, arrays replace, null switches
 * off, and an object over null starts from its defaults.
 */

import {isRecord} from '../core/unknown-value.ts';
import {defaultsByKind, defaultsOfPart} from './defaults.ts';
import type {CallOverrides, Policy, PolicyInput, RouteInput} from './types.ts';

type Data = Readonly<Record<string, unknown>>;
/** A policy whose fields are merged one by one. */
type Fields = {-readonly [Field in keyof Policy]: unknown};

/** Fields of a layer that a merged policy does not have: they say where the layer applies, or belong to one call. */
const notMerged = new Set(['$schema', 'extends', 'routes', 'match', 'correlationId', 'idempotencyKey']);

export function mergePolicy(base: Policy, layer: PolicyInput | RouteInput | CallOverrides): Policy {
  const merged: Fields = {...base};
  for (const [key, value] of Object.entries(layer)) {
    if (value === undefined || !isField(key)) continue;
    merged[key] = isRecord(value) ? mergePart(key, merged[key], value) : value;
  }
  return merged as Policy; // Both layers are valid, so each merged field is.
}

const isField = (key: string): key is keyof Policy => !notMerged.has(key) && !isExtension(key);

function mergePart(key: string, below: unknown, layer: Data): Data {
  const kind = layer.kind ?? kindOf(key, isRecord(below) ? below.kind : undefined, layer);
  const start = isRecord(below) && kind === below.kind ? below : startOf(key, kind);
  return mergeFields(key === 'hedge' ? withoutOtherDelay(start, layer) : start, layer);
}

/** The kind of an object that names none: that of the layer below; or, where that is the default, the first one that has all its fields. */
export function kindOf(key: string, below: unknown, layer: Data): unknown {
  const kinds = Object.entries(defaultsByKind[key] ?? {});
  const usual = kinds[0]?.[0];
  if ((below ?? usual) !== usual) return below;
  const fields = Object.keys(layer).filter(field => !isExtension(field) && layer[field] !== undefined);
  return kinds.find(([, its]) => fields.every(field => field in its))?.[0] ?? usual;
}

/** The defaults that an object starts from if the layer below has none, or one of another kind. */
const startOf = (key: string, kind: unknown): Data =>
  (defaultsByKind[key]?.[kind as string] ?? defaultsOfPart[key] ?? {}) as Data;

function mergeFields(below: Data, layer: Data): Data {
  const merged: Record<string, unknown> = {...below};
  for (const [key, value] of Object.entries(layer)) {
    if (value === undefined || isExtension(key)) continue;
    const under = merged[key];
    merged[key] = isRecord(value) ? mergeFields(isRecord(under) ? under : {}, value) : value;
  }
  return merged;
}

/** delayMs and quantile exclude each other, so one of them in a later layer replaces the other. */
function withoutOtherDelay(below: Data, layer: Data): Data {
  if (layer.delayMs === undefined && layer.quantile === undefined) return below;
  const {delayMs: _, quantile: __, ...others} = below;
  return others;
}

const isExtension = (key: string): boolean => key.startsWith('x-');
