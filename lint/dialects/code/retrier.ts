/** One retrier of a program, as it is put together by the reader of its library: the fields of a policy, with their places. */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape, ShapeProblem, UnitData} from '../../shape/shape.ts';
import {type Place, placesOf} from '../../source/places.ts';
import type {Node, ObjectNode, Source, Span} from '../../source/tree.ts';
import type {Unit} from '../../source/unit.ts';

/** Longer waits, and more attempts, are as good as endless. */
export const MOST_MS = 1e12;

export class Retrier {
  readonly unit: Unit;
  readonly #written: readonly Place[];
  readonly #data: Record<string, unknown> = {};
  readonly #places = new Map<string, Place>();
  readonly #unknown = new Set<string>();
  readonly #problems: ShapeProblem[] = [];
  /** A request in what is retried that has no timeout. */
  endless: Span | undefined;

  /**
   * @param root    The arguments; an empty object for a call without arguments.
   * @param shown   What is underlined where a value is not written.
   * @param place   What people call the place: `Client.fetch`.
   * @param word    What is called there: `retry`.
   */
  constructor(source: Source, root: ObjectNode, shown: Span, place: string, word: string) {
    const base = place === '' ? word : `${place}.${word}`;
    this.unit = {source, document: 0, segments: [], base, root, keySpan: shown, id: base};
    this.#written = [...placesOf(this.unit).values()];
    this.#places.set('', this.#written[0]!);
  }

  /** Sets a field of the policy. A value that is not known leaves the field unknown. */
  set(path: string, value: unknown, at?: Span): void {
    // A parameter whose default is a single attempt is there for callers that want more.
    if (value === undefined || (path === 'maxAttempts' && value === 1 && !this.#isLiteral(at))) {
      this.unknown(path, at);
      return;
    }
    const [part = '', field] = path.split('.');
    const sound = typeof value === 'number' ? soundOf(path, value) : value;
    if (field === undefined) this.#data[part] = sound;
    else this.#data[part] = {...(this.#data[part] as object | undefined), [field]: sound};
    this.#put(path, at);
  }

  /** Sets a list whose entries have places of their own. */
  setList(path: string, entries: readonly {readonly value: unknown; readonly at: Span}[], at?: Span): void {
    this.set(
      path,
      entries.map(({value}) => value),
      at,
    );
    for (const [index, entry] of entries.entries()) this.#put(`${path}[${index}]`, entry.at);
  }

  /** Says that an argument is wrong. */
  problem(problem: Omit<ShapeProblem, 'place'>, at: Span): void {
    this.#problems.push({...problem, place: this.#placeAt(at)});
  }

  unknown(path: string, at?: Span): void {
    this.#unknown.add(path);
    this.#put(path, at);
  }

  #isLiteral = (at: Span | undefined): boolean =>
    at === undefined || /^[\d.]+$|^[Ff]alse$/.test(this.unit.source.text.slice(at.start, at.end));
  /** Shows a path somewhere else than at what it is a part of. */
  show(path: string, at: Span): void {
    this.#places.set(path, this.#placeAt(at));
  }

  isSet = (path: string): boolean => this.#places.has(path) || this.#unknown.has(path);

  shape(code: CodeFacts): Shape {
    return {
      unit: this.unit,
      problems: this.#problems,
      data: this.#data as UnitData, // Each reader sets fields of a policy only, and a test validates what comes out.
      places: this.#places,
      invalid: new Set(),
      unknown: this.#unknown,
      routes: [],
      code: {...code, endless: this.endless},
    };
  }

  /** A part of a policy, and a field in it, are shown where they are written. */
  #put(path: string, at: Span | undefined): void {
    const place = at === undefined ? undefined : this.#placeAt(at);
    if (place === undefined) return;
    this.#places.set(path, place);
    const [part = ''] = path.split('.');
    if (!this.#places.has(part)) this.#places.set(part, place);
  }

  /** The value that is written at a span; one that is not in the arguments gets a place that cannot be changed. */
  #placeAt(span: Span): Place {
    const written = this.#written.findLast(({node}) => node.span.start === span.start && node.span.end === span.end);
    if (written !== undefined) return shownAs(written);
    const node: Node = {kind: 'scalar', value: null, span, borrowed: true};
    return {unit: this.unit, path: '', segments: [], keySpan: undefined, node};
  }
}

/** A call is shown by its name, and one that is known by its position is not named by a number. */
function shownAs(place: Place): Place {
  const keySpan = place.node.kind === 'object' ? place.node.properties[0]?.keySpan : undefined;
  return {...place, keySpan, path: place.path.replace(/\["\d+"\]$/, '')};
}

/** Policies have whole milliseconds, and at least one attempt. */
function soundOf(path: string, value: number): unknown {
  if (path === 'maxAttempts') return value >= MOST_MS ? 'unlimited' : Math.max(1, Math.ceil(value));
  return path.endsWith('Ms') ? Math.min(Math.max(Math.round(value), path === 'deadlineMs' ? 1 : 0), MOST_MS) : value;
}
