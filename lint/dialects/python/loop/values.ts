/** Numbers that a loop computes: each is known, known to lie in a range because of a random part, or not known. */

import type {PythonModule} from '../../../source/python/module.ts';
import {argumentsIn, childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import {functionOf} from '../clients/functions.ts';
import {assignmentOf, bodyOf, branchesOf, statementsOf} from './blocks.ts';
import {parametersOf} from './functions.ts';

/** A range, since a random part may be in it. True is 1. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** `true` and `false`: what is known to count as such, and no more. */
export type Value = Range | 'none' | 'true' | 'false' | undefined;

export const exactly = (value: number): Range => ({lo: value, hi: value});

export type LookUp = (node: SyntaxNode) => Value;

const LISTS: ReadonlySet<string> = new Set(['ArrayExpression', 'TupleExpression', 'SetExpression']);
const ANY: Range = {lo: -Infinity, hi: Infinity};

/** By their names, as requests and the standard library have them. */
const CODES: Readonly<Record<string, Value>> = {
  ok: exactly(200),
  created: exactly(201),
  too_many_requests: exactly(429),
  service_unavailable: exactly(503),
};

/** Names may go in a circle, and helpers may call each other. */
const maxDepth = 16;
/** In characters: a longer list has no waits. */
const LONG = 2000;

export class Evaluator {
  readonly #module: PythonModule;
  readonly #status: number | undefined;

  /** @param status That of each answer that is asked; undefined where it is not known. */
  constructor(module: PythonModule, status?: number) {
    this.#module = module;
    this.#status = status;
  }

  valueOf(node: SyntaxNode, lookUp: LookUp, depth = 0): Value {
    if (depth > maxDepth) return undefined;
    const inner = (child: SyntaxNode): Value => this.valueOf(child, lookUp, depth + 1);
    const module = this.#module;
    switch (node.name) {
      case 'Number': {
        const value = module.constantOf(node)?.value;
        return typeof value === 'number' ? exactly(value) : undefined;
      }
      case 'Boolean':
        return exactly(module.textOf(node) === 'True' ? 1 : 0);
      case 'None':
        return 'none';
      case 'ParenthesizedExpression': {
        const child = childrenOf(node)[1];
        return child && inner(child);
      }
      case 'UnaryExpression': {
        const [sign, child] = childrenOf(node);
        if (sign === undefined || child === undefined) return undefined;
        if (sign.name === 'not') return fromTruth(this.#not(child, inner));
        const value = rangeOf(inner(child));
        return value && module.textOf(sign) === '-' ? {lo: -value.hi, hi: -value.lo} : value;
      }
      case 'BinaryExpression':
        return this.#binary(node, inner);
      case 'ConditionalExpression': {
        const [yes, , test, , no] = childrenOf(node);
        const truth = test && truthOf(inner(test));
        if (truth === undefined || yes === undefined || no === undefined) return undefined;
        return inner(truth ? yes : no);
      }
      case 'CallExpression':
        return this.#call(node, lookUp, depth);
      case 'MemberExpression':
        return childrenOf(node)[1]?.name === '[' ? this.#item(node, inner) : (this.#asked(node) ?? lookUp(node));
      case 'VariableName':
        return lookUp(node) ?? this.#asked(node);
      default:
        return undefined;
    }
  }

  /** What is asked of an answer: `r.status_code`, `r.ok`; or what it is compared with: `codes.ok`. */
  #asked(node: SyntaxNode): Value {
    const status = this.#status;
    const text = this.#module.textOf(node);
    if (status === undefined) return undefined;
    const code = /(?:codes|HTTPStatus)\.(\w+)$/.exec(text)?.[1]?.toLowerCase();
    if (code !== undefined) return CODES[code];
    const word = /(?:^|(?<!^self|^cls)\.)(?:http_)?(status(?:_?code)?|ok|is_success|is_(?:server_)?error)$/.exec(
      text,
    )?.[1];
    if (word === undefined) return undefined;
    if (word.startsWith('status')) return exactly(status);
    if (node.name !== 'MemberExpression') return undefined;
    const isTrue = word.endsWith('error') ? status >= 400 : status < (word === 'ok' ? 400 : 300);
    return exactly(isTrue ? 1 : 0);
  }

  /** `r.status_code in (500, 502)`. A list that is not known has a name: `RETRY_STATUSES`. */
  #isIn(value: Value, node: SyntaxNode, inner: (child: SyntaxNode) => Value): boolean | undefined {
    const status = this.#status;
    const left = rangeOf(value);
    if (left === undefined || left.lo !== left.hi) return undefined;
    const items = this.itemsOf(node)?.map(item => areEqual(left, rangeOf(inner(item)) ?? ANY));
    if (items !== undefined) return items.includes(true) || (items.includes(undefined) ? undefined : false);
    const call = this.#module.callOf(node);
    if (call?.name === 'range' && call.args.length === 2) {
      const [from, to] = call.args.map(each => rangeOf(inner(each.value))?.lo);
      return from === undefined || to === undefined ? undefined : from <= left.lo && left.lo < to;
    }
    if (left.lo !== status || !/retr|transient/i.test(this.#module.textOf(node))) return undefined;
    return status === 429 || status >= 500;
  }

  /** lezer reads `not a and b` as `not (a and b)`. */
  #not(node: SyntaxNode, inner: (child: SyntaxNode) => Value): boolean | undefined {
    const [left, sign, right] = node.name === 'BinaryExpression' ? childrenOf(node) : [];
    if (left === undefined || right === undefined || (sign?.name !== 'and' && sign?.name !== 'or'))
      return not(truthOf(inner(node)));
    return joined(sign.name, this.#not(left, inner), truthOf(inner(right)));
  }

  #binary(node: SyntaxNode, inner: (child: SyntaxNode) => Value): Value {
    const parts = childrenOf(node);
    const [left, right] = [parts[0], parts.at(-1)];
    if (left === undefined || right === undefined || parts.length < 3) return undefined;
    const sign = parts.slice(1, -1).map(this.#module.textOf).join(' ');
    if (sign === 'and' || sign === 'or') {
      const [a, b] = [inner(left), inner(right)];
      const truth = truthOf(a);
      if (truth !== undefined) return truth === (sign === 'or') ? a : b;
      const both = joined(sign, truth, truthOf(b));
      return both === undefined ? undefined : both ? 'true' : 'false';
    }
    if (sign === 'in' || sign === 'not in') {
      const isIn = this.#isIn(inner(left), right, inner);
      return fromTruth(sign === 'in' ? isIn : not(isIn));
    }
    const [a, b] = [inner(left), inner(right)];
    if (sign === 'is' || sign === 'is not') {
      if (b !== 'none' || a === undefined || a === 'false') return undefined;
      return fromTruth((a === 'none') === (sign === 'is'));
    }
    const compare = COMPARISONS[sign];
    const middle = compare && this.#comparedIn(left);
    const [x, y] = [rangeOf(middle === undefined ? a : inner(middle)), rangeOf(b)];
    if (middle !== undefined && truthOf(a) !== true) return a;
    if (x === undefined || y === undefined) return undefined;
    if (compare !== undefined) return fromTruth(compare(x, y));
    const operate = OPERATIONS[sign];
    if (operate === undefined) return undefined;
    // In between, a remainder and a quotient may be anything.
    const isRound = sign === '%' ? x.lo === x.hi && y.lo === y.hi : !sign.startsWith('/') || y.lo > 0 || y.hi < 0;
    if (!isRound) return sign === '%' && y.lo > 0 ? {lo: 0, hi: y.hi} : undefined;
    const ends = [operate(x.lo, y.lo), operate(x.lo, y.hi), operate(x.hi, y.lo), operate(x.hi, y.hi)];
    return ends.some(Number.isNaN) ? undefined : {lo: Math.min(...ends), hi: Math.max(...ends)};
  }

  /** `n` of `0 < n`, which `0 < n < 4` compares with both. */
  #comparedIn(node: SyntaxNode): SyntaxNode | undefined {
    const [, sign, right] = node.name === 'BinaryExpression' ? childrenOf(node) : [];
    return sign !== undefined && COMPARISONS[this.#module.textOf(sign)] !== undefined ? right : undefined;
  }

  /** `DELAYS[attempt]`. */
  #item(node: SyntaxNode, inner: (child: SyntaxNode) => Value): Value {
    const [object, , index] = childrenOf(node);
    const items = object && this.itemsOf(object);
    const at = index && rangeOf(inner(index));
    if (items === undefined || at === undefined || at.lo !== at.hi) return undefined;
    const item = items.at(at.lo);
    return item && inner(item);
  }

  /** The entries of a list or a tuple that an expression is, or is bound to. */
  itemsOf(node: SyntaxNode, hops = 0): SyntaxNode[] | undefined {
    if (node.to - node.from > LONG) return undefined;
    const parts = childrenOf(node).filter(({name}) => !['[', ']', '(', ')', '{', '}', ',', 'Comment'].includes(name));
    if (LISTS.has(node.name)) {
      // `(1, *others)`: a star stands beside what it takes apart.
      const lists = parts.map((part, at) =>
        part.name === '*' ? [] : parts[at - 1]?.name === '*' && hops < 4 ? this.itemsOf(part, hops + 1) : [part],
      );
      return lists.every(list => list !== undefined) ? lists.flat() : undefined;
    }
    if (node.name === 'BinaryExpression' && this.#module.textOf(parts[1]!) === '+' && hops < 4) {
      const [left, right] = [parts[0]!, parts.at(-1)!].map(part => this.itemsOf(part, hops + 1));
      return left && right && [...left, ...right];
    }
    // `frozenset({500, 502})`
    const call = node.name === 'CallExpression' ? this.#module.callOf(node) : undefined;
    const isCopy = /^(?:(?:frozen)?set|list|tuple)$/.test(call?.name ?? '');
    const list = isCopy ? call?.args[0]?.value : this.#module.names.boundTo(node);
    return hops < 4 ? list && this.itemsOf(list, hops + 1) : undefined;
  }

  #call(node: SyntaxNode, lookUp: LookUp, depth: number): Value {
    const [callee, list] = childrenOf(node);
    if (callee === undefined || list?.name !== 'ArgList') return undefined;
    const {list: given, isOpen} = argumentsIn(list, this.#module.text);
    if (isOpen) return undefined;
    const name = this.#module.names.nameOf(callee) ?? this.#module.textOf(callee);
    if (name === 'len' && given[0] !== undefined) {
      const items = this.itemsOf(given[0].value);
      return items && exactly(items.length);
    }
    const values = given.map(({value}) => rangeOf(this.valueOf(value, lookUp, depth + 1)));
    const random = RANDOM.exec(name)?.[1];
    if (random !== undefined) return randomOf(random, values);
    const body = functionOf(callee, this.#module);
    if (body !== undefined) {
      const parameters = parametersOf(body, this.#module);
      const isMethod = callee.name === 'MemberExpression';
      const positional = parameters.slice(isMethod ? 1 : 0);
      const bound = new Map<string, Value>();
      for (const [index, argument] of given.entries()) {
        const parameter = argument.name ?? positional[index]?.name;
        if (parameter !== undefined) bound.set(parameter, values[index]);
      }
      return this.#resultOf(body, bound, depth + 1);
    }
    const known = values.filter(value => value !== undefined);
    if (known.length < values.length || known.length === 0) return undefined;
    const [first] = known;
    if (name === 'min') return {lo: Math.min(...known.map(({lo}) => lo)), hi: Math.min(...known.map(({hi}) => hi))};
    if (name === 'max') return {lo: Math.max(...known.map(({lo}) => lo)), hi: Math.max(...known.map(({hi}) => hi))};
    if (/^(?:float|round|abs|math\.(?:floor|ceil))$/.test(name)) return first;
    if (name === 'int') return {lo: Math.trunc(first!.lo), hi: Math.trunc(first!.hi)};
    if (/^(?:pow|math\.pow)$/.test(name) && known.length === 2) {
      const [a, b] = [known[0]!, known[1]!];
      return {lo: a.lo ** b.lo, hi: a.hi ** b.hi};
    }
    return undefined;
  }

  /** What a function returns, if it does nothing but compute it. */
  #resultOf(definition: SyntaxNode, given: ReadonlyMap<string, Value>, depth: number): Value {
    const local = new Map(given);
    for (const {name, value} of parametersOf(definition, this.#module))
      if (!local.has(name) && value !== undefined)
        local.set(
          name,
          this.valueOf(value, () => undefined, depth),
        );
    const lookUp: LookUp = node => {
      const key = this.#module.textOf(node);
      if (local.has(key)) return local.get(key);
      const bound = this.#module.names.boundTo(node);
      return bound && this.valueOf(bound, lookUp, depth + 1);
    };
    const run = (body: SyntaxNode): {readonly value: Value} | undefined => {
      for (const statement of statementsOf(body)) {
        const assigned = assignmentOf(statement);
        if (assigned?.value !== undefined && assigned.targets.length === 1)
          local.set(this.#module.textOf(assigned.targets[0]!), this.valueOf(assigned.value, lookUp, depth + 1));
        else if (statement.name === 'ReturnStatement') {
          const result = childrenOf(statement)[1];
          return {value: result && this.valueOf(result, lookUp, depth + 1)};
        } else if (statement.name === 'IfStatement') {
          for (const {test, body: branch} of branchesOf(statement)) {
            const truth = test === undefined ? true : truthOf(this.valueOf(test, lookUp, depth + 1));
            if (truth === undefined) return {value: undefined};
            const found = truth ? run(branch) : undefined;
            if (found !== undefined) return found;
            if (truth) break;
          }
        } else if (statement.name !== 'ExpressionStatement' && statement.name !== 'ImportStatement')
          return {value: undefined};
      }
      return undefined;
    };
    const body = bodyOf(definition);
    return body && run(body)?.value;
  }
}

export const rangeOf = (value: Value): Range | undefined => (typeof value === 'object' ? value : undefined);

export function truthOf(value: Value): boolean | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object') return value === 'true';
  return value.lo === 0 && value.hi === 0 ? false : value.lo > 0 || value.hi < 0 ? true : undefined;
}

function joined(sign: 'and' | 'or', a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  const decisive = sign === 'or';
  if (a === decisive || b === decisive) return decisive;
  return a === undefined || b === undefined ? undefined : !decisive;
}

const not = (truth: boolean | undefined): boolean | undefined => (truth === undefined ? undefined : !truth);
const fromTruth = (truth: boolean | undefined): Value => (truth === undefined ? undefined : exactly(truth ? 1 : 0));

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
  '<<': (a, b) => a * 2 ** b,
};

const COMPARISONS: Readonly<Record<string, (a: Range, b: Range) => boolean | undefined>> = {
  '<': (a, b) => (a.hi < b.lo ? true : a.lo >= b.hi ? false : undefined),
  '<=': (a, b) => (a.hi <= b.lo ? true : a.lo > b.hi ? false : undefined),
  '>': (a, b) => (a.lo > b.hi ? true : a.hi <= b.lo ? false : undefined),
  '>=': (a, b) => (a.lo >= b.hi ? true : a.hi < b.lo ? false : undefined),
  '==': areEqual,
  '!=': (a, b) => not(areEqual(a, b)),
};

function areEqual(a: Range, b: Range): boolean | undefined {
  if (a.hi < b.lo || b.hi < a.lo) return false;
  return a.lo === a.hi && b.lo === b.hi ? true : undefined;
}

const RANDOM = /(?:^|\.)(?:random|secrets|SystemRandom\(\)|default_rng\(\))\.(\w+)$/;

function randomOf(name: string, values: readonly (Range | undefined)[]): Value {
  const [a, b] = values;
  if (/^(?:random|random_sample|rand)$/.test(name) && values.length === 0) return {lo: 0, hi: 1};
  if (name === 'uniform' && values.length === 0) return {lo: 0, hi: 1};
  if (/^(?:uniform|randint|integers|triangular)$/.test(name) && a !== undefined && b !== undefined)
    return {lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi)};
  if (/^(?:randbelow|randrange)$/.test(name) && a !== undefined && values.length === 1) return {lo: 0, hi: a.hi - 1};
  return undefined;
}
