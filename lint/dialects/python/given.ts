/** The arguments of a call, by the names of its parameters. */

import type {Call, PythonModule} from '../../source/python/module.ts';
import {type Argument, spanOf} from '../../source/python/syntax.ts';
import type {Constant} from '../../source/python/values.ts';
import type {Span} from '../../source/tree.ts';

export class Given {
  readonly #arguments: ReadonlyMap<string, Argument>;
  readonly #isOpen: boolean;
  readonly #module: PythonModule;

  /** @param parameters The names of the positional ones, in order. */
  constructor({args, isOpen}: Pick<Call, 'args' | 'isOpen'>, module: PythonModule, parameters: readonly string[]) {
    this.#arguments = new Map(args.map((each, index) => [each.name ?? parameters[index] ?? String(index), each]));
    this.#isOpen = isOpen;
    this.#module = module;
  }

  has = (name: string): boolean => this.#arguments.has(name);

  get = (name: string): Argument | undefined => this.#arguments.get(name);

  /** The place of the value, where it is written. */
  at(name: string): Span | undefined {
    const value = this.get(name)?.value;
    return value && spanOf(value);
  }

  /** What stands for an argument: its name, or its value where it has none. */
  nameAt(name: string): Span | undefined {
    const given = this.get(name);
    return given?.name === undefined ? this.at(name) : given.nameSpan;
  }

  /** @returns Undefined if the file alone does not say it: also of one that is left out beside `**kwargs`. */
  constant(name: string, otherwise: Constant): Constant | undefined {
    const given = this.get(name);
    if (given === undefined) return this.#isOpen ? undefined : otherwise;
    return this.#module.constantOf(given.value)?.value;
  }

  /** @param none What None means. Default: not known. */
  number(name: string, otherwise: number, none?: number): number | undefined {
    const value = this.constant(name, otherwise);
    if (value === null) return none;
    return typeof value === 'number' ? value : undefined;
  }
}
