/** The options of a call: an object as far as the file alone says what is in it. */

import {type JsModule, propertyOf} from '../../source/javascript/module.ts';
import {type JsNode, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import {absentOptions, objectOf} from '../../source/javascript/tree.ts';
import type {ObjectNode, Span} from '../../source/tree.ts';

export class Options {
  readonly module: JsModule;
  /** The object; undefined where none is written, or where it is not known. */
  readonly object: JsNode | undefined;
  /** Whether the file does not say which options there are. */
  readonly isOpen: boolean;
  readonly #written: JsNode | undefined;

  /** @param written The expression that is passed; undefined where there is none. */
  constructor(written: JsNode | undefined, module: JsModule) {
    this.module = module;
    this.#written = written;
    const value = written && module.valueOf(written);
    this.object = value?.type === 'ObjectExpression' ? value : undefined;
    this.isOpen = written !== undefined && this.object === undefined && !isUndefined(written, module);
  }

  /** The value of an option, where it is written and nothing behind it can change it. */
  get(name: string): JsNode | undefined {
    const found = this.object && propertyOf(this.object, name);
    if (!found?.isSure || isUndefined(found.value, this.module)) return undefined;
    return found.value;
  }

  has = (name: string): boolean => this.get(name) !== undefined;

  /** Whether the file leaves open what an option is: a spread may bring it in. */
  isUnknown(name: string): boolean {
    if (this.isOpen) return true;
    const found = this.object && propertyOf(this.object, name);
    return found === undefined ? this.#hasSpread() : !found.isSure;
  }

  #hasSpread = (): boolean =>
    nodesIn(this.object, 'properties').some(({type}) => type !== 'Property' && type !== 'ObjectProperty');

  at(name: string): Span | undefined {
    const value = this.get(name);
    return value && spanOf(value);
  }

  keyAt(name: string): Span | undefined {
    const found = this.object && propertyOf(this.object, name);
    return found?.isSure ? spanOf(found.key) : undefined;
  }

  /** @returns Undefined if the file alone does not say it: also of an option that is left out beside a spread. */
  number(name: string, otherwise: number): number | undefined {
    if (this.isUnknown(name)) return undefined;
    const value = this.get(name);
    return value === undefined ? otherwise : this.module.numberOf(value);
  }

  boolean(name: string, otherwise: boolean): boolean | undefined {
    if (this.isUnknown(name)) return undefined;
    const node = this.get(name);
    const value = node === undefined ? otherwise : this.module.constantOf(node)?.value;
    return typeof value === 'boolean' ? value : undefined;
  }

  /** The options of an option: `retry` of `{retry: {limit: 3}}`. */
  inner(name: string): Options {
    const inner = new Options(this.get(name), this.module);
    return this.isUnknown(name) ? new Options(this.#written, this.module) : inner;
  }

  /**
   * The object as a tree. Options that are written elsewhere are for other calls, too, so that nothing is written into them.
   *
   * @param behind What an object that is missing is written behind; undefined where there is no place for it.
   */
  root(behind: Span | undefined, shown: Span): ObjectNode {
    if (this.object !== undefined) {
      const tree = objectOf(this.object, this.module);
      return this.object === this.#written ? tree : {...tree, borrowed: true};
    }
    const isAbsent = this.#written === undefined && behind !== undefined;
    const tree = absentOptions(isAbsent ? behind : shown);
    return isAbsent ? tree : {...tree, borrowed: true};
  }
}

const isUndefined = (node: JsNode, module: JsModule): boolean => {
  const known = module.constantOf(node);
  return known !== undefined && known.value === undefined;
};
