/** Values of expressions as ranges: `Math.random() * 100` is from 0 to 100. */

import type {JsModule} from '../../source/javascript/module.ts';
import {bare, type JsNode, keyOf, nodeIn, nodesIn, wordIn} from '../../source/javascript/syntax.ts';

export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** Undefined where the file alone does not say it. */
export type Value = Range | undefined;

/** The values of names that change, such as the number of the attempt. */
export type LookUp = (node: JsNode) => Value | 'constant';

export const exactly = (value: number): Range => ({lo: value, hi: value});

export function rangeOf(node: JsNode | undefined, module: JsModule, lookUp: LookUp, depth = 0): Value {
  const at = bare(node);
  if (at === undefined || depth > 40) return undefined;
  const inner = (field: string): Value => rangeOf(nodeIn(at, field), module, lookUp, depth + 1);
  switch (at.type) {
    case 'Identifier':
    case 'MemberExpression': {
      const own = lookUp(at);
      if (own !== 'constant') return own;
      const number = module.numberOf(at);
      if (number !== undefined) return exactly(number);
      const bound = module.valueOf(at);
      if (bound !== undefined && bound !== at) return rangeOf(bound, module, lookUp, depth + 1);
      return itemOf(at, module, lookUp, depth);
    }
    case 'BinaryExpression':
      return arithmetic(wordIn(at, 'operator'), inner('left'), inner('right'));
    case 'LogicalExpression': {
      // `options.delay ?? 1000` is known only where its left side is.
      const left = inner('left');
      return left;
    }
    case 'UpdateExpression':
      return inner('argument');
    case 'UnaryExpression': {
      const value = inner('argument');
      if (value === undefined) return undefined;
      const operator = wordIn(at, 'operator');
      return operator === '-' ? {lo: -value.hi, hi: -value.lo} : operator === '+' ? value : undefined;
    }
    case 'ConditionalExpression': {
      const truth = truthOf(nodeIn(at, 'test'), module, lookUp, depth + 1);
      if (truth !== undefined) return inner(truth ? 'consequent' : 'alternate');
      const [a, b] = [inner('consequent'), inner('alternate')];
      return a !== undefined && b !== undefined && a.lo === b.lo && a.hi === b.hi ? a : undefined;
    }
    case 'CallExpression':
      return callOf(at, module, lookUp, depth);
    default: {
      const number = module.numberOf(at);
      return number === undefined ? undefined : exactly(number);
    }
  }
}

/** `DELAYS[attempt]`. */
function itemOf(node: JsNode, module: JsModule, lookUp: LookUp, depth: number): Value {
  if (node.type !== 'MemberExpression') return undefined;
  const list = module.valueOf(nodeIn(node, 'object'));
  const index = rangeOf(nodeIn(node, 'property'), module, lookUp, depth + 1);
  if (list?.type !== 'ArrayExpression' || index === undefined || index.lo !== index.hi) return undefined;
  return rangeOf(nodesIn(list, 'elements')[index.lo], module, lookUp, depth + 1);
}

function callOf(call: JsNode, module: JsModule, lookUp: LookUp, depth: number): Value {
  const callee = bare(nodeIn(call, 'callee'));
  const object = bare(nodeIn(callee, 'object'));
  const given = nodesIn(call, 'arguments');
  const isMath =
    callee?.type === 'MemberExpression' &&
    object?.type === 'Identifier' &&
    wordIn(object, 'name') === 'Math' &&
    !module.isDeclared(object);
  if (!isMath) return called(callee, given, module, lookUp, depth);
  const name = keyOf(callee, 'property') ?? '';
  if (name === 'random') return {lo: 0, hi: 1};
  const values = given.map(each => rangeOf(each, module, lookUp, depth + 1));
  const known = values.filter(value => value !== undefined);
  if (known.length < values.length || known.length === 0) return undefined;
  const [a, b] = known;
  if (name === 'min') return {lo: Math.min(...known.map(({lo}) => lo)), hi: Math.min(...known.map(({hi}) => hi))};
  if (name === 'max') return {lo: Math.max(...known.map(({lo}) => lo)), hi: Math.max(...known.map(({hi}) => hi))};
  if (name === 'pow' && a !== undefined && b !== undefined) return arithmetic('**', a, b);
  const round = ROUND[name];
  return round === undefined || a === undefined ? undefined : {lo: round(a.lo), hi: round(a.hi)};
}

const ROUND: Readonly<Record<string, (value: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  trunc: Math.trunc,
  abs: Math.abs,
};

/** A function of the file that returns one expression: `backoff(attempt)`. */
function called(
  callee: JsNode | undefined,
  given: readonly JsNode[],
  module: JsModule,
  lookUp: LookUp,
  depth: number,
): Value {
  const definition = module.functionOf(callee);
  if (definition === undefined || depth > 8) return undefined;
  return resultOf(
    definition,
    given.map(each => rangeOf(each, module, lookUp, depth + 1)),
    module,
    depth,
  );
}

/** What a function returns for these arguments, where it only returns an expression, or names a part of it before. */
export function resultOf(definition: JsNode, given: readonly Value[], module: JsModule, depth = 0): Value {
  const values = new Map<string, Value>();
  for (const [index, param] of nodesIn(definition, 'params').entries()) {
    if (param.type === 'Identifier') values.set(wordIn(param, 'name'), given[index]);
    else if (param.type === 'AssignmentPattern') {
      const name = nodeIn(param, 'left');
      const otherwise = rangeOf(nodeIn(param, 'right'), module, () => 'constant', depth + 1);
      if (name?.type === 'Identifier')
        values.set(wordIn(name, 'name'), index < given.length ? given[index] : otherwise);
    }
  }
  const lookUp = (node: JsNode): Value | 'constant' => {
    const name = node.type === 'Identifier' ? wordIn(node, 'name') : '';
    return values.has(name) ? values.get(name) : 'constant';
  };
  const body = nodeIn(definition, 'body');
  if (body?.type !== 'BlockStatement') return rangeOf(body, module, lookUp, depth + 1);
  for (const statement of nodesIn(body, 'body')) {
    if (statement.type === 'ReturnStatement') return rangeOf(nodeIn(statement, 'argument'), module, lookUp, depth + 1);
    if (statement.type !== 'VariableDeclaration') return undefined;
    for (const each of nodesIn(statement, 'declarations')) {
      const name = nodeIn(each, 'id');
      if (name?.type === 'Identifier')
        values.set(wordIn(name, 'name'), rangeOf(nodeIn(each, 'init'), module, lookUp, depth + 1));
    }
  }
  return undefined;
}

export function arithmetic(operator: string, a: Value, b: Value): Value {
  if (a === undefined || b === undefined) return undefined;
  const ends = ENDS[operator];
  if (ends === undefined) return undefined;
  const values = [ends(a.lo, b.lo), ends(a.lo, b.hi), ends(a.hi, b.lo), ends(a.hi, b.hi)];
  if (values.some(Number.isNaN)) return undefined;
  return {lo: Math.min(...values), hi: Math.max(...values)};
}

const ENDS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '**': (a, b) => a ** b,
  '<<': (a, b) => a * 2 ** b,
};

/** Undefined where it may be both. */
export function truthOf(node: JsNode | undefined, module: JsModule, lookUp: LookUp, depth = 0): boolean | undefined {
  const at = bare(node);
  if (at === undefined || depth > 40) return undefined;
  const known = at.type === 'Literal' || at.type === 'BooleanLiteral' ? module.constantOf(at) : undefined;
  if (known !== undefined) return Boolean(known.value);
  const operator = wordIn(at, 'operator');
  if (at.type === 'UnaryExpression' && operator === '!') {
    const inner = truthOf(nodeIn(at, 'argument'), module, lookUp, depth + 1);
    return inner === undefined ? undefined : !inner;
  }
  if (at.type === 'LogicalExpression' && operator !== '??') {
    const [a, b] = [
      truthOf(nodeIn(at, 'left'), module, lookUp, depth + 1),
      truthOf(nodeIn(at, 'right'), module, lookUp, depth + 1),
    ];
    if (operator === '&&') return a === false || b === false ? false : a === true && b === true ? true : undefined;
    return a === true || b === true ? true : a === false && b === false ? false : undefined;
  }
  if (at.type === 'BinaryExpression') {
    const a = rangeOf(nodeIn(at, 'left'), module, lookUp, depth + 1);
    const b = rangeOf(nodeIn(at, 'right'), module, lookUp, depth + 1);
    return a === undefined || b === undefined ? undefined : compare(operator, a, b);
  }
  const value = rangeOf(at, module, lookUp, depth + 1);
  return value !== undefined && value.lo === value.hi ? value.lo !== 0 : undefined;
}

function compare(operator: string, a: Range, b: Range): boolean | undefined {
  switch (operator) {
    case '<':
      return a.hi < b.lo ? true : a.lo >= b.hi ? false : undefined;
    case '<=':
      return a.hi <= b.lo ? true : a.lo > b.hi ? false : undefined;
    case '>':
      return compare('<', b, a);
    case '>=':
      return compare('<=', b, a);
    case '===':
    case '==':
      return a.hi < b.lo || b.hi < a.lo ? false : a.lo === a.hi && b.lo === b.hi ? true : undefined;
    case '!==':
    case '!=': {
      const same = compare('===', a, b);
      return same === undefined ? undefined : !same;
    }
    default:
      return undefined;
  }
}
