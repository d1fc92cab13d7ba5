/** Cuts wrong places out of a value. Entries of a list leave a hole first, so that the others keep their index. */

type Segments = readonly (string | number)[];
type Container = Record<string | number, unknown>;

const hole = Symbol('hole');

/** Which entries of a list are left. */
export const kept = (list: unknown): number[] =>
  Array.isArray(list) ? [...list.keys()].filter(index => list[index] !== hole) : [];

/** A copy to cut in; keys are defined, never assigned, so that "__proto__" is only a key. */
export const copyOf = (value: unknown): {root: unknown} => ({root: copy(value, false)});

export const withoutHoles = (value: unknown): unknown => copy(value, true);

function copy(value: unknown, close: boolean): unknown {
  if (Array.isArray(value)) return value.filter(item => !close || item !== hole).map(item => copy(item, close));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, close)]));
}

export function removeAt(draft: {root: unknown}, segments: Segments): void {
  const parent = containerOf(draft, segments);
  const last = segments.at(-1);
  if (parent === undefined || last === undefined) return;
  if (Array.isArray(parent)) parent[last as number] = hole;
  else delete (parent as Container)[last];
}

/** Whether a list has lost all its entries. */
export function isEmptied(draft: {root: unknown}, segments: Segments): boolean {
  const last = segments.at(-1);
  const parent = last === undefined ? undefined : containerOf(draft, segments);
  const list: unknown = parent && (parent as Container)[last!];
  return Array.isArray(list) && list.length > 0 && list.every(item => item === hole);
}

export function setAt(draft: {root: unknown}, segments: Segments, value: unknown): void {
  const parent = containerOf(draft, segments);
  if (parent !== undefined)
    Object.defineProperty(parent, segments.at(-1)!, {value, writable: true, enumerable: true, configurable: true});
}

/** Renames a field, unless the name is taken. */
export function moveAt(draft: {root: unknown}, segments: Segments, name: string): boolean {
  const parent = containerOf(draft, segments);
  const last = segments.at(-1);
  if (parent === undefined || Array.isArray(parent) || last === undefined || Object.hasOwn(parent, name)) return false;
  if (!Object.hasOwn(parent, last)) return false;
  setAt(draft, segments.with(-1, name), (parent as Container)[last]);
  delete (parent as Container)[last];
  return true;
}

function containerOf(draft: {root: unknown}, segments: Segments): object | undefined {
  let at = draft.root;
  for (const segment of segments.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, segment)) return undefined;
    at = (at as Container)[segment];
  }
  return typeof at === 'object' && at !== null ? at : undefined;
}
