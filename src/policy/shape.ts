/**
 * The shapes of values. Each shape is both a check for the reader and the words after "must be" in messages.
 *
 * shapes.ts is a table of shapes, generated from the schema; validate.ts reads by it.
 */

import {isRecord} from '../core/unknown-value.ts';

export type Shape = Value | List | Fields | Kinds | Choice;

/** A value without parts. */
export interface Value {
  readonly words: Words;
  readonly fits: (value: unknown) => boolean;
}

export interface List {
  readonly words: Words;
  readonly item: Shape;
  readonly least: number;
  readonly most: number;
}

/** An object, closed but for x-… keys. */
export interface Fields {
  readonly words: Words;
  readonly fields: Readonly<Record<string, Shape>>;
  /** How messages call it, where that is not its path. */
  readonly title: string | undefined;
  readonly required: readonly string[];
  /** What fields that are left out stand for; undefined where the reader fills none. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** An object of several kinds, discriminated by its field `kind`. The first kind is the default. */
export interface Kinds {
  readonly words: Words;
  readonly kinds: Readonly<Record<string, Fields>>;
}

/** Any of these; no two of them take lists, and no two take objects. */
export interface Choice {
  readonly words: Words;
  readonly of: readonly Shape[];
}

/** Alternatives, the last of which follows an "or". Computed on use, because most policies have no mistake to report. */
export type Words = () => readonly string[];

export const said = (shape: {readonly words: Words}): string => {
  const words = shape.words();
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
};

export const whole = (least: number, most: number = Number.MAX_SAFE_INTEGER): Value => ({
  words: () => [`a whole number${bounds(least, most)}`],
  fits: value => Number.isInteger(value) && isWithin(value, least, most),
});

export const number = (least: number, most: number = Infinity): Value => ({
  words: () => [`a number${bounds(least, most)}`],
  fits: value => isWithin(value, least, most),
});

/** The lower bound is not one of the numbers itself. */
export const above = (bound: number, most?: number): Value => ({
  words: () => [`a number above ${bound}${most === undefined ? '' : ` and at most ${most}`}`],
  fits: value => isWithin(value, bound, most) && value !== bound,
});

/** Neither bound is one of the numbers. */
export const between = (low: number, high: number): Value => ({
  words: () => [`a number above ${low} and below ${high}`],
  fits: value => isWithin(value, low, high) && value !== low && value !== high,
});

export const oneOf = (...values: readonly unknown[]): Value => ({
  words: () => values.map(value => JSON.stringify(value)),
  fits: value => values.includes(value),
});

export const text = (pattern: RegExp, words: string): Value => ({
  words: () => [words],
  fits: value => typeof value === 'string' && pattern.test(value),
});

export const boolean: Value = {words: () => ['true or false'], fits: value => typeof value === 'boolean'};

export const nothing: Value = {words: () => ['null'], fits: value => value === null};

export const list = (item: Shape, most: number, least = 0): List => ({
  words: () => [least > 0 ? `a list of ${least} to ${most} entries` : `a list of at most ${most} entries`],
  item,
  least,
  most,
});

export const fields = (
  its: Readonly<Record<string, Shape>>,
  title?: string,
  ...required: readonly string[]
): Fields => ({words: () => ['an object'], fields: its, title, required});

export const withDefaults = (its: Fields, defaults: Readonly<Record<string, unknown>>): Fields => ({...its, defaults});

/** An object that another reader looks into. */
export const plainObject: Value = {
  words: () => ['an object'],
  fits: isRecord,
};

export const kinds = (its: Readonly<Record<string, Fields>>): Kinds => ({words: () => ['an object'], kinds: its});

export const anyOf = (...of: readonly Shape[]): Choice => ({
  words: () => [...new Set(of.flatMap(({words}) => words()))],
  of,
});

/** The same shape with other words for messages. */
export const called = (words: string, shape: Shape): Choice => ({words: () => [words], of: [shape]});

/** The fields of an object, for messages. Long lists are cut. */
export const listed = (its: Fields['fields']): string => {
  const names = Object.keys(its);
  return names.length > 8 ? '' : ` (its fields: ${names.join(', ')})`;
};

/** Every shape that a value may have here. */
export const shapesOf = (shape: Shape): readonly Exclude<Shape, Choice>[] =>
  'of' in shape ? shape.of.flatMap(shapesOf) : [shape];

/** The objects a value may be: several where they come in kinds. */
export const objectsOf = (shape: Shape | undefined): readonly Fields[] =>
  shape === undefined
    ? []
    : shapesOf(shape).flatMap(each => ('kinds' in each ? Object.values(each.kinds) : 'fields' in each ? [each] : []));

const isWithin = (value: unknown, least: number, most: number = Infinity): boolean =>
  Number.isFinite(value) && (value as number) >= least && (value as number) <= most;

/** 2^53 − 1 bounds what a number can count, not what anyone would write: it is left unsaid. */
const bounds = (least: number, most: number): string =>
  most < Number.MAX_SAFE_INTEGER ? ` from ${least} to ${most}` : ` of at least ${least}`;
