/** Merges the layers of a policy into one policy with the same meaning, for programs that read files once and pass on the content. */

import {defaultPolicy} from './defaults.ts';
import {mergePolicy} from './merge.ts';
import type {Policy, PolicyInput} from './types.ts';

/**
 * Merges layers, the lowest first, into one policy with the same meaning.
 *
 * An object that a layer sets is written with all of its fields and its kind, because the defaults of missing fields depend on the layers below.
 */
export function flattenLayers(layers: readonly PolicyInput[]): PolicyInput {
  const merged = layers.reduce(mergePolicy, defaultPolicy);
  const isSet = (key: string): boolean => layers.some(layer => layer[key as keyof PolicyInput] !== undefined);
  const fields = (Object.keys(merged) as (keyof Policy)[]).filter(isSet).map(key => [key, merged[key]]);
  const routes = layers.toReversed().flatMap(layer => layer.routes ?? []);
  return {version: 1, ...Object.fromEntries(fields), ...(routes.length > 0 ? {routes} : {})};
}
