/** The values of Python expressions, as far as the file alone says them. */

import type {SyntaxNode} from '@lezer/common';
import type {Names} from './names.ts';
import {argumentsIn, childrenOf} from './syntax.ts';

/** A constant. A `timedelta` is its seconds. */
export type Constant = string | number | boolean | null;

/** In an object, because None is a value, too. */
export interface Known {
  readonly value: Constant;
}

/** Expressions may be deep, and names may go in a circle. */
const maxDepth = 24;

/** The value of an expression: literals, arithmetic, and names that are bound once to such. Undefined for all others. */
export function constantOf(node: SyntaxNode, names: Names, depth = 0): Known | undefined {
  if (depth > maxDepth) return undefined;
  const inner = (child: SyntaxNode): Known | undefined => constantOf(child, names, depth + 1);
  switch (node.name) {
    case 'Number':
      return numberIn(names.textOf(node));
    case 'String':
      return textIn(names.textOf(node));
    case 'ContinuedString': {
      const parts = childrenOf(node).map(inner);
      return parts.every(part => typeof part?.value === 'string')
        ? {value: parts.map(part => part?.value).join('')}
        : undefined;
    }
    case 'Boolean':
      return {value: names.textOf(node) === 'True'};
    case 'None':
      return {value: null};
    case 'ParenthesizedExpression': {
      const child = node.firstChild?.nextSibling ?? null;
      return child === null ? undefined : inner(child);
    }
    case 'UnaryExpression': {
      const [sign, child] = childrenOf(node);
      const number = child && numberOf(inner(child));
      if (number === undefined || sign === undefined) return undefined;
      const mark = names.textOf(sign);
      return mark === '-' ? {value: -number} : mark === '+' ? {value: number} : undefined;
    }
    case 'BinaryExpression': {
      const [left, sign, right] = childrenOf(node);
      if (left === undefined || sign === undefined || right === undefined) return undefined;
      return arithmetic(numberOf(inner(left)), names.textOf(sign), numberOf(inner(right)));
    }
    case 'CallExpression':
      return constantOfCall(node, names, inner);
    case 'VariableName':
    case 'MemberExpression': {
      const bound = names.boundTo(node);
      if (bound !== undefined) return inner(bound);
      const far = names.farOf(node);
      if (far !== undefined) return constantOf(far.value, far.names, depth + 1);
      const limit = names.nameOf(node);
      return limit === 'math.inf' || limit === 'sys.maxsize' ? {value: Infinity} : undefined;
    }
    default:
      return undefined;
  }
}

const numberOf = (known: Known | undefined): number | undefined =>
  typeof known?.value === 'number' ? known.value : undefined;

function numberIn(text: string): Known | undefined {
  const plain = text.replaceAll('_', '');
  const value = Number(plain);
  return plain === '' || Number.isNaN(value) ? undefined : {value};
}

/** A text without a prefix that changes it, and without escapes. */
function textIn(text: string): Known | undefined {
  const [, value] =
    /^[uUrR]?(?:"""([\s\S]*)"""|'''([\s\S]*)'''|"([^"]*)"|'([^']*)')$/.exec(text)?.filter(part => part !== undefined) ??
    [];
  return value === undefined || value.includes('\\') ? undefined : {value};
}

function arithmetic(left: number | undefined, sign: string, right: number | undefined): Known | undefined {
  if (left === undefined || right === undefined) return undefined;
  const value = OPERATIONS[sign]?.(left, right);
  return value === undefined || Number.isNaN(value) ? undefined : {value};
}

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '//': (left, right) => Math.floor(left / right),
  '%': (left, right) => left - right * Math.floor(left / right),
  '**': (left, right) => left ** right,
};

const SECONDS: Readonly<Record<string, number>> = {
  days: 86_400,
  seconds: 1,
  microseconds: 1e-6,
  milliseconds: 1e-3,
  minutes: 60,
  hours: 3600,
  weeks: 604_800,
};

/** In the order of timedelta's parameters. */
const UNITS = Object.keys(SECONDS);

function constantOfCall(
  node: SyntaxNode,
  names: Names,
  inner: (child: SyntaxNode) => Known | undefined,
): Known | undefined {
  const [callee, list] = childrenOf(node);
  if (callee === undefined || list?.name !== 'ArgList') return undefined;
  const name = names.nameOf(callee);
  const {list: given, isOpen} = argumentsIn(list, names.text);
  if (isOpen) return undefined;
  const values = given.map(({value}) => inner(value));
  const numbers = values.map(numberOf);
  const areNumbers = numbers.every(number => number !== undefined);
  if (name === 'datetime.timedelta' && areNumbers) {
    const seconds = given.map(
      ({name: unit}, index) => (SECONDS[unit ?? UNITS[index] ?? ''] ?? Number.NaN) * numbers[index]!,
    );
    const total = seconds.reduce((sum, each) => sum + each, 0);
    return Number.isNaN(total) ? undefined : {value: total};
  }
  if (name === 'float' && values[0]?.value === 'inf') return {value: Infinity};
  if (!areNumbers || numbers.length === 0) return undefined;
  if (name === 'min') return {value: Math.min(...numbers)};
  if (name === 'max') return {value: Math.max(...numbers)};
  if (name === 'float' && numbers.length === 1) return {value: numbers[0]!};
  return name === 'int' && numbers.length === 1 ? {value: Math.trunc(numbers[0]!)} : undefined;
}
