/**
 * Reads the value of a user by its shape: makes a copy, and one clear problem for each wrong place.
 *
 * Only fields of the shape are read, and each of them once. So no value changes after its check, no cycle is followed, and no key reaches a
 * prototype.
 */

import type {PolicyProblem} from '../core/errors.ts';
import {isObject} from '../core/unknown-value.ts';
import {formatValue, joinPath} from './format.ts';
import {type Fields, type Kinds, type List, listed, oneOf, type Shape, said, shapesOf} from './shape.ts';
import {overridesShape, policyShape} from './shapes.ts';
import type {CallOverrides, PolicyInput} from './types.ts';

/** The most problems in one message. A longer list does not help. */
export const MOST_SAID = 100;
/** The most problems that are collected, which bounds the work for a hostile value. */
export const MOST_FOUND = 1000;

/** A copy of the value, which is a policy only if there are no problems. */
export interface Reading<T> {
  readonly value: T;
  readonly problems: PolicyProblem[];
}

/** Every wrong place of a policy as written; none if it has the right shape. Never throws, whatever it is given. */
export const checkPolicy = (value: unknown, vocabulary?: Vocabulary): PolicyProblem[] =>
  readPolicy(value, vocabulary).problems;

/** Every wrong place of the overrides of a call; none if they have the right shape. */
export const checkOverrides = (value: unknown, vocabulary?: Vocabulary): PolicyProblem[] =>
  readOverrides(value, vocabulary).problems;

export const readPolicy = (value: unknown, vocabulary: Vocabulary = PLAIN): Reading<PolicyInput> =>
  readShape<PolicyInput>(value, policyShape, vocabulary);

export const readOverrides = (value: unknown, vocabulary: Vocabulary = PLAIN): Reading<CallOverrides> =>
  readShape<CallOverrides>(value, overridesShape, vocabulary);

/** How messages speak of what is read. */
export interface Vocabulary {
  /** The whole, with its article. */
  readonly noun: string;
  /** Whether the key is likely to be one of these words, misspelt. Default: no. */
  resembles?(key: string, words: readonly string[]): boolean;
  /** The clause after "is not a field of …", with its mark; empty where nothing comes close. */
  suggest(key: string, object: ReadonlyMap<string, unknown>, owner: Fields, part: string): string;
}

/** Clients do not guess: `loadPolicy`, the linter, the schema and the types of TypeScript do. */
const PLAIN: Vocabulary = {noun: 'a policy', suggest: () => '; retry-lint says what may be meant'};

/** Reads by any shape. Never throws, whatever it is given. */
export function readShape<T>(input: unknown, shape: Fields, vocabulary: Vocabulary): Reading<T> {
  const reader = new Reader(vocabulary);
  const value = reader.read(input, shape, '') as T;
  const {problems} = reader;
  const more = problems.length - MOST_SAID;
  if (more > 0) problems.splice(MOST_SAID, more, {path: '', message: `and at least ${more} more problems`});
  return {value, problems};
}

/** The fields of an object, each read once, without extensions and undefined values. */
type Snapshot = ReadonlyMap<string, unknown>;

class Reader {
  readonly problems: PolicyProblem[] = [];
  readonly #vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The copy of one value; undefined where it is wrong. */
  read(value: unknown, shape: Shape, path: string): unknown {
    try {
      if (Array.isArray(value)) {
        for (const each of shapesOf(shape)) if ('item' in each) return this.#list(value, each, path);
      } else if (isObject(value)) {
        if (!isPlain(value))
          return this.#refuse(path, `is an instance of a class; ${this.#vocabulary.noun} is plain data`);
        for (const each of shapesOf(shape)) {
          if ('kinds' in each) return this.#kinds(this.#snapshot(value, path), each, path);
          if ('fields' in each) return this.#fields(this.#snapshot(value, path), each, path, each.title);
          if ('fits' in each && each.fits(value)) return value;
        }
      } else if (shapesOf(shape).some(each => 'fits' in each && each.fits(value))) return value;
      return this.#wrong(value, shape, path);
    } catch {
      return this.#refuse(path, UNREADABLE);
    }
  }

  #list(list: readonly unknown[], shape: List, path: string): unknown {
    const {length} = list;
    // Asked before the first read: a sparse list may claim four billion entries.
    if (length < shape.least || length > shape.most) return this.#wrong(list, shape, path);
    return Array.from({length}, (_, index) => this.read(list[index], shape.item, joinPath(path, index)));
  }

  /**
   * Checks the object by one kind: the named one, or else the one that has most of its fields, a misspelt one counting half; if several
   * have, the first, which is the default.
   */
  #kinds(object: Snapshot, {kinds}: Kinds, path: string): unknown {
    const names = Object.keys(kinds);
    const known = (name: string): number => {
      const {fields} = kinds[name]!;
      const near = (key: string): number => (this.#vocabulary.resembles?.(key, Object.keys(fields)) ? 0.5 : 0);
      return [...object.keys()].reduce((sum, key) => sum + (Object.hasOwn(fields, key) ? 1 : near(key)), 0);
    };
    const kind = object.get('kind') ?? names.reduce((best, name) => (known(name) > known(best) ? name : best));
    if (names.includes(kind as string))
      return this.#fields(object, kinds[kind as string]!, path, `${partOf(path)} kind "${kind}"`);
    return this.#wrong(kind, oneOf(...names), `${path}.kind`);
  }

  /** @param title How messages call the object, where that is not its path. */
  #fields(object: Snapshot, shape: Fields, path: string, title = partOf(path)): unknown {
    const {fields, required} = shape;
    const copy: Record<string, unknown> = {};
    for (const [key, value] of object) {
      if (this.problems.length >= MOST_FOUND) break;
      const place = joinPath(path, key);
      if (Object.hasOwn(fields, key)) copy[key] = this.read(value, fields[key]!, place);
      else
        this.#refuse(
          place,
          `is not a field of ${title}${listed(fields)}${this.#vocabulary.suggest(key, object, shape, partOf(path))}`,
        );
    }
    for (const key of required)
      if (!object.has(key)) this.#refuse(joinPath(path, key), `is missing; it must be ${said(fields[key]!)}`);
    return copy;
  }

  #snapshot(object: object, path: string): Snapshot {
    const read = new Map<string, unknown>();
    for (const key of Object.keys(object)) {
      try {
        const value = (object as Record<string, unknown>)[key];
        if (value !== undefined && !key.startsWith('x-')) read.set(key, value);
      } catch {
        this.#refuse(joinPath(path, key), UNREADABLE);
      }
    }
    return read;
  }

  #wrong(value: unknown, shape: Shape, path: string): undefined {
    return this.#refuse(
      path,
      ['function', 'symbol', 'bigint'].includes(typeof value)
        ? `is a ${typeof value}; ${this.#vocabulary.noun} is plain data, functions go beside it`
        : `must be ${said(shape)}, got ${formatValue(value)}`,
    );
  }

  #refuse(path: string, message: string): undefined {
    this.problems.push({path, message});
  }
}

const UNREADABLE = 'cannot be read: a getter or a proxy threw';

/** A route has the parts that a policy has. */
const partOf = (path: string): string => path.replace(/^routes\[\d+\]\.?/, '');

/** Whether an object is plain, also one from another realm, which has another Object.prototype, or a module's namespace. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'))
  );
}
