/** Collects what a file says of one retrier: the fields of a policy with their places, and what is wrong with them. */

import {formatValue, joinPath} from '../../../src/policy/format.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import {likenessOf} from '../../shape/likeness.ts';
import type {Remark, RepeatedCalls} from '../../shape/remarks.ts';
import type {Shape, ShapeProblem, UnitData} from '../../shape/shape.ts';
import type {Reference, Targets} from '../../shape/targets.ts';
import type {Place} from '../../source/places.ts';
import {type Node, propertyOf} from '../../source/tree.ts';
import type {Unit} from '../../source/unit.ts';

/** The place of a field, or of an entry of a list, that is written and not null. */
export function within(place: Place | undefined, ...keys: readonly (string | number)[]): Place | undefined {
  let at = place;
  for (const key of keys) {
    if (at === undefined) return undefined;
    const property = typeof key === 'string' ? propertyOf(at.node, key) : undefined;
    const node = typeof key === 'string' ? property?.value : at.node.kind === 'list' ? at.node.items[key] : undefined;
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return undefined;
    at = {
      unit: at.unit,
      path: joinPath(at.path, key),
      segments: [...at.segments, key],
      keySpan: property?.keySpan,
      node,
    };
  }
  return at;
}

export const itemsOf = (place: Place | undefined): Place[] =>
  place?.node.kind === 'list' ? place.node.items.flatMap((_, index) => within(place, index) ?? []) : [];

/** Its entries; the last one of equal keys counts. */
export function entriesOf(place: Place | undefined): [key: string, value: Place][] {
  if (place?.node.kind !== 'object') return [];
  const {unit, path, segments} = place;
  const last = new Map(place.node.properties.map(property => [property.key, property]));
  return [...last].flatMap(([key, {keySpan, value: node}]): [string, Place][] =>
    node.kind === 'scalar' && node.value === null
      ? []
      : [[key, {unit, path: joinPath(path, key), segments: [...segments, key], keySpan, node}]],
  );
}

/** A value, and all that is in it. */
export function* allIn(place: Place): Iterable<Place> {
  yield place;
  for (const [, value] of entriesOf(place)) if (value.node.kind !== 'scalar') yield* allIn(value);
  for (const item of itemsOf(place)) if (item.node.kind !== 'scalar') yield* allIn(item);
}

export const keysOf = (place: Place | undefined): string[] =>
  place?.node.kind === 'object' ? [...new Set(place.node.properties.map(({key}) => key))] : [];

export const scalarOf = (place: Place | undefined): string | number | boolean | null | undefined =>
  place?.node.kind === 'scalar' ? place.node.value : undefined;

export function textOf(place: Place | undefined): string | undefined {
  const value = scalarOf(place);
  return typeof value === 'string' ? value : undefined;
}

/** What another program fills in: `${x}`, `{{x}}`, `{% x %}`, `!Ref x`. */
export const isTemplate = (node: Node): boolean =>
  node.kind === 'scalar' &&
  typeof node.value === 'string' &&
  (node.tagged === true || /\$\{|\{\{|\{%/.test(node.value));

/** How a field is read. */
export interface Kind {
  /** `a duration such as 2s`. */
  readonly fits: string;
  /** Undefined for what cannot be used. */
  readonly read: (value: unknown) => number | undefined;
}

type Path = 'maxAttempts' | 'deadlineMs' | 'attemptTimeoutMs' | `backoff.${'baseMs' | 'capMs' | 'factor' | 'delayMs'}`;

/** The place of each field that the file leaves out, by its path in a policy. */
export type Homes = Readonly<Record<string, readonly (string | number)[]>>;

const HOMES = new WeakMap<Shape, Homes>();
export const homesOf = (shape: Shape): Homes => HOMES.get(shape) ?? {};

export class Facts {
  readonly top: Place;
  readonly places: Map<string, Place> = new Map();
  readonly names: Map<string, string> = new Map();
  readonly unknown: Set<string> = new Set();
  readonly invalid: Set<string> = new Set();
  readonly problems: ShapeProblem[] = [];
  readonly remarks: Remark[] = [];
  readonly repeats: RepeatedCalls[] = [];
  readonly references: Reference[] = [];
  targets: Omit<Targets, 'references'> | undefined;
  homes: Homes = {};
  times: Shape['times'];
  readonly hosts: string[] = [];
  readonly #data: Record<string, unknown> = {};

  /** @param top The place of findings about what is not written. */
  constructor(top: Place, name: string) {
    this.top = top;
    this.places.set('', top);
    this.#data.name = name;
  }

  get data(): UnitData {
    return this.#data;
  }

  /** Reads a number, in the unit of the policy. */
  number(path: Path, place: Place | undefined, kind: Kind): number | undefined {
    const value = this.check(place, kind);
    if (place === undefined) return undefined;
    this.places.set(path, place);
    if (value === undefined) (isTemplate(place.node) ? this.unknown : this.invalid).add(path);
    else this.set(path, value);
    return value;
  }

  /** Reads a number that no policy has. */
  check(place: Place | undefined, {fits, read}: Kind): number | undefined {
    if (place === undefined || isTemplate(place.node)) return undefined;
    const value = scalarOf(place);
    const found = value === undefined ? undefined : read(value);
    if (found === undefined)
      this.wrong(place, `must be ${fits}, got ${value === undefined ? place.node.kind : formatValue(value)}`);
    return found;
  }

  wrong(place: Place, message: string): void {
    this.problems.push({kind: 'wrong-value', path: place.path, place, message, meant: undefined});
  }

  /** @param at The object without the field. */
  missing(at: Place, field: string, message: string): void {
    this.problems.push({
      kind: 'missing-field',
      path: joinPath(at.path, field),
      place: at,
      message: `is missing: ${message}`,
      meant: undefined,
    });
  }

  remark(code: string, place: Place, message: string, more: Pick<Remark, 'severity' | 'fix'> = {}): void {
    this.remarks.push({code, place, message, ...more});
  }

  /** Notes the names in a value as those of the hosts that are asked. */
  asks(...places: readonly (Place | undefined)[]): void {
    for (const place of places) {
      const text = textOf(place);
      if (text !== undefined) this.hosts.push(text);
      else this.asks(...entriesOf(place).map(([, value]) => value), ...itemsOf(place));
    }
  }

  set(path: string, value: unknown, place?: Place): void {
    if (place !== undefined) this.places.set(path, place);
    const [field = '', inner] = path.split('.');
    this.#data[field] = inner === undefined ? value : {...(this.#data[field] as object | undefined), [inner]: value};
  }

  /** The triggers, as the rules on a policy read them. */
  triggers(place: Place, triggers: readonly {readonly trigger: unknown; readonly place: Place}[]): void {
    const list = triggers.filter(({trigger}) => trigger !== undefined);
    this.set('retryOn', [...new Set(list.map(({trigger}) => trigger))] as PolicyInput['retryOn'], place);
    for (const [index, each] of list.entries())
      if (list.findIndex(({trigger}) => trigger === each.trigger) === index)
        this.places.set(`retryOn[${(this.#data.retryOn as unknown[]).indexOf(each.trigger)}]`, each.place);
  }

  /**
   * The fields of an object, under their own names or under misspelt ones.
   *
   * @param known The names, with blanks between them.
   * @param of    What has the fields: `a retry policy of gRPC`.
   */
  fieldsOf(object: Place | undefined, known: string, of: string): (name: string) => Place | undefined {
    const names = known.split(' ');
    const written = keysOf(object);
    const meant = new Map<string, Place>();
    for (const key of written) {
      const name = names.includes(key)
        ? undefined
        : names.find(each => !written.includes(each) && !meant.has(each) && likenessOf(key, each) !== 'other');
      const place = within(object, key);
      if (name === undefined || place === undefined) continue;
      meant.set(name, place);
      const message = `is not a field of ${of}; did you mean "${name}"?`;
      this.problems.push({kind: 'unknown-field', path: place.path, place, message, meant: name, ignored: true});
    }
    return name => within(object, name) ?? meant.get(name);
  }

  shape(unit: Unit): Shape {
    // A single attempt has the time limits of its caller.
    const times = this.data.maxAttempts === 1 ? 'elsewhere' : this.times;
    const {data, places, names, unknown, invalid, problems, remarks, repeats, hosts, targets, references} = this;
    const shape: Shape = {
      unit,
      data,
      places,
      names,
      unknown,
      invalid,
      problems,
      remarks,
      repeats,
      hosts,
      routes: [],
      ...(times && {times}),
      ...(targets && {targets: {...targets, references}}),
    };
    HOMES.set(shape, this.homes);
    return shape;
  }
}
