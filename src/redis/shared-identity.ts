import {digestOf} from '../core/digest.ts';

/** How a guard is known to the processes that share it. */
export interface SharedIdentity {
  /** Begin of the guard's keys in Redis. */
  readonly key: string;
  /** Id of this process. */
  readonly process: string;
  /** The number of processes that share the guard, at least. */
  readonly leastProcesses: number;
}

/**
 * The begin of a guard's keys. The part in braces keeps all of them in one slot of a Redis cluster.
 *
 * Other settings are another guard, as within one process: their amounts and times do not fit together.
 */
export function sharedKey(prefix: string, name: string, kind: string, guarded: string, settings: unknown): string {
  return keyOf(prefix, [name, kind, guarded, digestOf(JSON.stringify(settings))]);
}

/** The key under which processes say which settings they have. */
export const settingsKey = (prefix: string, name: string, kind: string, guarded: string): string =>
  `${keyOf(prefix, [name, kind, guarded])}:settings`;

/** Braces within would end the part that says the slot. Other names have other keys. */
const keyOf = (prefix: string, parts: readonly string[]): string =>
  `${prefix}:{${parts.map(part => part.replaceAll(/[%{}]/g, encodeURIComponent)).join(':')}}`;
