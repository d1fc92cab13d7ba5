/** The names of a loop while it is run in thought, with what is known of them. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import {assignmentOf, functionAround, within} from './blocks.ts';
import {parametersOf} from './functions.ts';
import {Evaluator, exactly, type Value} from './values.ts';

/** Stands for a bound that is not known: no loop is run so often. */
export const MANY = 1000;

/** `max_retries`, and no wait: `retry_delay`. */
const BOUNDS = /(?:retr(?:y|ies)|attempts?|tries|max_try|max_iter)/i;
const NO_BOUND =
  /delay|after|wait|time|sec|backoff|interval|error|status|code|sleep|jitter|factor|base|on_|should|last/i;

const isBound = (text: string): boolean => BOUNDS.test(text) && !NO_BOUND.test(text);

export class State {
  readonly evaluator: Evaluator;
  readonly #module: PythonModule;
  readonly #loop: SyntaxNode;
  #values = new Map<string, Value>();
  /** What no turn changes, so that branches need not be compared in it. */
  readonly #fixed = new Map<string, Value>();
  readonly #assigned: ReadonlySet<string>;
  /** Whether a bound that is not known was asked for. */
  assumed = false;

  constructor(module: PythonModule, loop: SyntaxNode, status?: number) {
    this.#module = module;
    this.#loop = loop;
    this.#assigned = assignedInLoop(loop, module);
    this.evaluator = new Evaluator(module, status);
  }

  valueOf = (node: SyntaxNode): Value => this.evaluator.valueOf(node, this.lookUp);

  lookUp = (node: SyntaxNode): Value => {
    const key = this.#module.textOf(node);
    const values = this.#values.has(key) || this.#assigned.has(key) ? this.#values : this.#fixed;
    if (!values.has(key)) {
      // `x = x + 1` above the loop asks for itself.
      values.set(key, undefined);
      values.set(key, this.#initial(node, key));
    }
    const value = values.get(key);
    if (value !== undefined || !isBound(key)) return value;
    this.assumed = true;
    return exactly(MANY);
  };

  set(key: string, value: Value): void {
    this.#values.set(key, value);
  }

  snapshot = (): ReadonlyMap<string, Value> => new Map(this.#values);

  restore(values: ReadonlyMap<string, Value>): void {
    this.#values = new Map(values);
  }

  /** Keeps what both ways through the program agree on. */
  merge(other: ReadonlyMap<string, Value>): void {
    for (const key of new Set([...this.#values.keys(), ...other.keys()])) {
      if (!this.#values.has(key) || !other.has(key)) continue;
      if (!isEqual(this.#values.get(key), other.get(key))) this.#values.set(key, undefined);
    }
    for (const [key, value] of other) if (!this.#values.has(key)) this.#values.set(key, value);
  }

  /** Forgets what a statement changes. */
  forget(statement: SyntaxNode): void {
    for (const key of assignedIn(statement, this.#module)) this.#values.set(key, undefined);
  }

  /** Before the loop: the last assignment above it, a parameter's default, or what the name is bound to once. */
  #initial(node: SyntaxNode, key: string): Value {
    const above = this.#above(key);
    if (above === 'unknown') return undefined;
    if (above !== undefined) return this.evaluator.valueOf(above, this.lookUp);
    if (/[[(]/.test(key)) return undefined;
    const known = this.#module.constantOf(node)?.value;
    if (typeof known === 'number') return exactly(known);
    if (typeof known === 'boolean') return exactly(known ? 1 : 0);
    if (known === null) return 'none';
    const bound = this.#module.names.boundTo(node);
    return bound && this.evaluator.valueOf(bound, this.lookUp);
  }

  #above(key: string): SyntaxNode | 'unknown' | undefined {
    const owner = functionAround(this.#loop);
    for (let at: SyntaxNode | null = this.#loop; at !== null && at.name !== 'FunctionDefinition'; at = at.parent) {
      for (let before = at.prevSibling; before !== null; before = before.prevSibling) {
        const assigned = assignmentOf(before);
        if (assigned?.targets.some(target => this.#module.textOf(target) === key)) return assigned.value ?? 'unknown';
        if (assignedIn(before, this.#module).has(key)) return 'unknown';
      }
    }
    const parameter = owner && parametersOf(owner, this.#module).find(({name}) => name === key);
    if (parameter === undefined) return undefined;
    return parameter.value ?? 'unknown';
  }
}

const ASSIGNED = new WeakMap<SyntaxNode, ReadonlySet<string>>();

/** Asked for once for each way in which a loop fails. */
function assignedInLoop(loop: SyntaxNode, module: PythonModule): ReadonlySet<string> {
  const found = ASSIGNED.get(loop) ?? assignedIn(loop, module);
  ASSIGNED.set(loop, found);
  return found;
}

/** The names and attributes that a statement sets. */
export function assignedIn(statement: SyntaxNode, module: PythonModule): Set<string> {
  const found = new Set<string>();
  const add = (target: SyntaxNode): void => {
    if (['TupleExpression', 'ArrayExpression', 'ParenthesizedExpression'].includes(target.name))
      for (const child of childrenOf(target)) add(child);
    else found.add(module.textOf(target));
  };
  for (const node of [statement, ...within(statement)]) {
    const assigned = assignmentOf(node);
    if (assigned !== undefined) for (const target of assigned.targets) add(target);
    else if ((node.name === 'UpdateStatement' || node.name === 'NamedExpression') && node.firstChild !== null)
      add(node.firstChild);
    else if (node.name === 'ForStatement' || node.name === 'WithStatement') {
      const parts = childrenOf(node);
      for (const [index, part] of parts.entries())
        if (['as', 'for'].includes(part.name) && parts[index + 1] !== undefined) add(parts[index + 1]!);
    }
  }
  return found;
}

export const isEqual = (a: Value, b: Value): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.lo === b.lo && a.hi === b.hi);
