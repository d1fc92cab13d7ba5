/** Writes the change of a field where LiteLLM reads it. */

import type {Shape} from '../../shape/shape.ts';
import type {Node} from '../../source/tree.ts';
import type {FieldChange, TreeChange} from '../dialect.ts';
import {configOf} from './units.ts';

/** The place of each field that the file leaves out. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  maxAttempts: ['router_settings', 'num_retries'],
  // It holds for all groups, and is asked for before the timeout of the router.
  attemptTimeoutMs: ['litellm_settings', 'request_timeout'],
};

export function inverse(change: FieldChange, {unit, places, data}: Shape): readonly TreeChange[] | undefined {
  const {path} = change;
  // An error is switched off by a 0: without it, DefaultRetries would decide.
  if (change.do === 'drop' && path === 'retryOn')
    return change.entries.flatMap(entry => {
      const place = places.get(`retryOn[${data.retryOn?.findIndex(each => Object.is(each, entry))}]`);
      return place === undefined ? [] : {do: 'set', segments: place.segments, value: 0};
    });
  // A name that refers to another has its place in the file as its path.
  const place = places.get(path) ?? configOf(unit).at(path);
  const segments = place?.segments ?? HOMES[path];
  if (segments === undefined) return undefined;
  if (change.do === 'rename') return [{do: 'rename', segments, to: change.to}];
  const value = change.do === 'set' ? written(path, change.value, place?.node) : undefined;
  return value === undefined ? undefined : [{do: 'set', segments, value}];
}

/** A value as the file has it: retries without the first attempt, seconds, the whole URL of an origin. */
function written(path: string, value: unknown, node: Node | undefined): unknown {
  if (path.startsWith('endpoints['))
    return node?.kind === 'scalar' ? String(node.value).replace(/^http:/i, 'https:') : undefined;
  if (path === 'maxAttempts') return typeof value === 'number' ? value - 1 : undefined;
  return path === 'attemptTimeoutMs' ? Number(value) / 1000 : value;
}
