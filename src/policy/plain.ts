/**
 * Copies what a user hands in into plain data of our own, once. After that nothing can change under the validator's feet, throw
 * from a getter, or reach a prototype.
 */

import type {PolicyProblem} from '../core/errors.ts';
import {joinPath} from './say.ts';

const maxDepth = 32;
const maxValues = 50_000;

/** Keys that name the machinery of objects. Never assigned, so that no merge can reach a prototype. */
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);

export interface Plain {
  /** The copy. Where a problem is, it has nothing (null in a list). */
  readonly data: unknown;
  readonly problems: readonly PolicyProblem[];
}

export function copyPlain(value: unknown): Plain {
  const copier = new Copier();
  try {
    return {data: copier.copy(value, '', 0), problems: copier.problems};
  } catch (error) {
    if (error !== tooMany) throw error;
    const message = `has more than ${maxValues} values; a policy is small`;
    return {data: undefined, problems: [{path: '', message}]};
  }
}

/** Thrown to leave the recursion at once; never seen outside. */
const tooMany = new Error('too many values');

class Copier {
  readonly problems: PolicyProblem[] = [];
  readonly #ancestors = new Set<object>();
  #values = 0;

  copy(value: unknown, path: string, depth: number): unknown {
    this.#count(1);
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.#object(value, path, depth);
      case 'number':
        return Number.isFinite(value) ? value : this.#refuse(path, `is ${value}, which JSON cannot hold`);
      case 'string':
      case 'boolean':
      case 'undefined':
        return value;
      default:
        return this.#refuse(path, `is a ${typeof value}; a policy is plain data, functions go beside it`);
    }
  }

  #object(value: object, path: string, depth: number): unknown {
    if (this.#ancestors.has(value)) return this.#refuse(path, 'refers back to an object that contains it');
    if (depth >= maxDepth) return this.#refuse(path, `is nested more than ${maxDepth} levels deep`);
    this.#ancestors.add(value);
    try {
      if (Array.isArray(value)) return this.#list(value, path, depth);
      if (!isPlain(value)) return this.#refuse(path, 'is an instance of a class; a policy is plain data');
      return this.#fields(value, path, depth);
    } catch (error) {
      if (error === tooMany) throw error;
      return this.#refuse(path, 'cannot be read: a getter or proxy threw');
    } finally {
      this.#ancestors.delete(value);
    }
  }

  #list(list: readonly unknown[], path: string, depth: number): unknown[] {
    const {length} = list;
    // Asked before the first read, since a sparse list may claim four billion entries.
    if (this.#values + length > maxValues) throw tooMany;
    return Array.from({length}, (_, index) => {
      const place = joinPath(path, index);
      const item = this.#read(list, index, place, depth);
      return item === undefined && !this.#isRefused(place)
        ? this.#refuse(place, 'is undefined; leave the entry out')
        : (item ?? null);
    });
  }

  #fields(object: object, path: string, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    const keys = Object.keys(object);
    this.#count(keys.length);
    for (const key of keys) {
      if (key.startsWith('x-')) continue;
      const place = joinPath(path, key);
      if (refusedKeys.has(key)) {
        this.#refuse(place, 'is not a field of a policy');
        continue;
      }
      const value = this.#read(object, key, place, depth);
      if (value !== undefined) copy[key] = value;
    }
    return copy;
  }

  /** A getter that throws is a problem of its own field, not of the whole object. */
  #read(from: object, key: string | number, place: string, depth: number): unknown {
    let value: unknown;
    try {
      value = (from as Record<string | number, unknown>)[key];
    } catch {
      return this.#refuse(place, 'cannot be read: its getter threw');
    }
    return this.copy(value, place, depth + 1);
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values > maxValues) throw tooMany;
  }

  #refuse(path: string, message: string): undefined {
    this.problems.push({path, message});
    return undefined;
  }

  #isRefused(path: string): boolean {
    return this.problems.at(-1)?.path === path;
  }
}

/** Plain also when it comes from another realm, whose Object.prototype is not ours, or from a module's namespace. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'))
  );
}
