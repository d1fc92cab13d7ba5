/** Texts for people: what stands under keys that begin with x-. */

import type {Place} from '../source/places.ts';

/** A string under a key that begins with x-. */
export interface Note {
  readonly text: string;
  /** The nearest key. */
  readonly key: string;
  /** `x-gateway.headers.authorization` */
  readonly name: string;
  /** '' or `routes[0]`. */
  readonly base: string;
}

/** Suppressions, whose reasons are free text. */
const OURS = 'x-retry-lint';

export function noteOf({segments, node}: Place): Note | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const start = segments.findIndex(segment => typeof segment === 'string' && segment.startsWith('x-'));
  if (start < 0 || segments[start] === OURS) return undefined;
  const names = segments.slice(start);
  const key = String(names.findLast(segment => typeof segment === 'string'));
  const [part, index] = segments;
  return {
    text: node.value,
    key,
    name: names.join('.'),
    base: part === 'routes' && typeof index === 'number' ? `routes[${index}]` : '',
  };
}
