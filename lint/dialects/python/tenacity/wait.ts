/** How long tenacity waits: `wait_exponential(max=20) + wait_random(0, 1)`. */

import type {Call, PythonModule} from '../../../source/python/module.ts';
import {type Argument, childrenOf, type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import {NO_WAITS, SHOWN, spreadS, type Waits, waitS} from '../../code/waits.ts';
import {isBefore, type Packages} from '../packages.ts';
import {numberOf, wordOf} from './words.ts';

/** @returns Undefined where they are not known. */
export function readWait(given: Argument, module: PythonModule, packages: Packages | undefined): Waits | undefined {
  return waitsOf(given.value, module, packages);
}

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  wait_fixed: ['wait'],
  wait_random: ['min', 'max'],
  wait_incrementing: ['start', 'increment', 'max'],
  wait_exponential: ['multiplier', 'max', 'exp_base', 'min'],
  wait_random_exponential: ['multiplier', 'max', 'exp_base', 'min'],
  wait_full_jitter: ['multiplier', 'max', 'exp_base', 'min'],
  wait_exponential_jitter: ['initial', 'max', 'exp_base', 'jitter', 'min', 'multiplier'],
};

function waitsOf(node: SyntaxNode, module: PythonModule, packages: Packages | undefined, depth = 0): Waits | undefined {
  if (depth > 8) return undefined;
  const inner = (child: SyntaxNode): Waits | undefined => waitsOf(child, module, packages, depth + 1);
  if (node.name === 'ParenthesizedExpression')
    return node.firstChild?.nextSibling ? inner(node.firstChild.nextSibling) : undefined;
  if (node.name === 'BinaryExpression') {
    const [left, sign, right] = childrenOf(node);
    if (left === undefined || right === undefined || sign === undefined || module.textOf(sign) !== '+')
      return undefined;
    return sum(inner(left), inner(right));
  }
  const span = spanOf(node);
  if (node.name === 'None') return {...NO_WAITS, at: span};
  const call = module.callOf(node);
  if (call === undefined || call.isOpen) return undefined;
  const word = wordOf(call.name);
  if (word === 'wait_none') return {...NO_WAITS, at: span};
  if (word === 'wait_combine')
    return call.args.map(({value}) => inner(value)).reduce<Waits | undefined>(sum, {...NO_WAITS, at: span});
  if (word === 'wait_chain')
    return chain(
      call.args.map(({value}) => inner(value)),
      span,
    );
  const parameters = PARAMETERS[word];
  const waits = parameters && waitsOfCall(word, call, parameters, module, span);
  return waits?.jitter === 'full' && waits.minS > 0 ? {...waits, jitterFrom: jitterFrom(packages)} : waits;
}

function waitsOfCall(
  word: string,
  call: Call,
  parameters: readonly string[],
  module: PythonModule,
  span: Span,
): Waits | undefined {
  const given = new Map(call.args.map((each, index) => [each.name ?? parameters[index] ?? '', each]));
  let isKnown = true;
  const number = (name: string, otherwise: number): number => {
    const argument = given.get(name);
    if (argument === undefined) return otherwise;
    const value = numberOf(argument.value, module);
    isKnown &&= value !== undefined;
    return value ?? otherwise;
  };
  const max = given.get('max');
  const waits = schedule(word, number);
  return isKnown ? {...NO_WAITS, ...waits, at: span, capAt: max && spanOf(max.value)} : undefined;
}

/** Before 9.0, `min` makes only the longest wait longer. */
function jitterFrom(packages: Packages | undefined): Waits['jitterFrom'] {
  const isOld = isBefore('9', 'tenacity', packages);
  return isOld === undefined ? 'unknown' : isOld ? 'zero' : undefined;
}

/** The defaults are those of tenacity 9. */
function schedule(word: string, number: (name: string, otherwise: number) => number): Partial<Waits> {
  switch (word) {
    case 'wait_fixed':
      return {kind: 'constant', baseS: number('wait', 0)};
    case 'wait_random': {
      const [min, max] = [number('min', 0), number('max', 1)];
      return {
        kind: 'constant',
        baseS: min,
        jitter: min === 0 ? 'full' : Math.max(0, max - min),
        ...(min === 0 && {baseS: max}),
      };
    }
    case 'wait_incrementing':
      return {
        kind: 'linear',
        baseS: number('start', 0),
        stepS: number('increment', 100),
        capS: number('max', Infinity),
      };
    case 'wait_exponential_jitter': {
      const baseS = number('initial', number('multiplier', 1));
      return {
        kind: 'exponential',
        baseS,
        factor: number('exp_base', 2),
        capS: number('max', Infinity),
        minS: number('min', 0),
        jitter: number('jitter', 1),
      };
    }
    default: {
      const [baseS, factor, capS, minS] = [
        number('multiplier', 1),
        number('exp_base', 2),
        number('max', Infinity),
        number('min', 0),
      ];
      return {kind: 'exponential', baseS, factor, capS, minS, jitter: word === 'wait_exponential' ? 'none' : 'full'};
    }
  }
}

/** Waits one after the other. Only the usual sums are told: a schedule, and a fixed or a random time on top. */
function sum(a: Waits | undefined, b: Waits | undefined): Waits | undefined {
  if (a === undefined || b === undefined) return undefined;
  const at: Span = {start: Math.min(a.at.start, b.at.start), end: Math.max(a.at.end, b.at.end)};
  // What grows is the schedule; of two that do not, the one without chance.
  const [main, extra] = isExtra(b) && (!isExtra(a) || a.jitter === 'none') ? [a, b] : [b, a];
  if (!isExtra(extra)) return undefined;
  if (extra.kind === 'none') return {...main, at};
  if (main.kind === 'none') return {...extra, at};
  const waits = {...NO_WAITS, kind: 'list', jitter: main.jitter, jitterFrom: main.jitterFrom, at} as const;
  if (extra.jitter === 'full') {
    // `wait_random(0, 2)` waits from zero to two: as much jitter. On top of a full one, it makes the waits longer.
    if (main.jitter === 'full') return list(waits, main, n => waitS(main, n) + extra.baseS);
    return list({...waits, jitter: 1}, main, n => waitS(main, n), extra.baseS);
  }
  return list(waits, main, n => waitS(main, n) + extra.baseS, extra.jitter === 'none' ? 0 : extra.jitter);
}

const isExtra = ({kind}: Waits): boolean => kind === 'constant' || kind === 'none';

function list(waits: Waits, main: Waits, waitOf: (n: number) => number, moreS = 0): Waits {
  const numbers = Array.from({length: SHOWN}, (_, index) => index + 1);
  return {...waits, listS: numbers.map(waitOf), spreadsS: numbers.map(n => spreadS(main, n) + moreS)};
}

/** The n-th wait is that of the n-th strategy, which counts all attempts; the last one goes on. */
function chain(parts: readonly (Waits | undefined)[], at: Span): Waits | undefined {
  const known = parts.filter(part => part !== undefined);
  const last = known.at(-1);
  if (known.length < parts.length || last === undefined) return undefined;
  const strategies = Array.from({length: Math.max(SHOWN, known.length)}, (_, index) => known[index] ?? last);
  return {
    ...NO_WAITS,
    kind: 'list',
    listS: strategies.map((part, index) => waitS(part, index + 1)),
    spreadsS: strategies.map((part, index) => spreadS(part, index + 1)),
    jitter: known.every(({jitter}) => jitter === 'full') ? 'full' : 'none',
    jitterFrom: known.find(each => each.jitterFrom === 'unknown')?.jitterFrom,
    at,
  };
}
