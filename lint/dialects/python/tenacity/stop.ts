/** When tenacity gives up: `stop_after_attempt(5) | stop_after_delay(60)`. */

import type {PythonModule} from '../../../source/python/module.ts';
import {type Argument, childrenOf, type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import {type Limits, setLimits} from '../../code/limits.ts';
import type {Retrier} from '../../code/retrier.ts';
import type {Waits} from '../../code/waits.ts';
import {numberOf, wordOf} from './words.ts';

const NEVER: Limits = {attempts: Infinity, seconds: Infinity};
const UNKNOWN: Limits = {attempts: undefined, seconds: undefined};

export function readStop(
  retrier: Retrier,
  given: Argument | undefined,
  waits: Waits | undefined,
  module: PythonModule,
): number | undefined {
  if (given === undefined) return Infinity;
  const at = spanOf(given.value);
  const {attemptsAt = at, secondsAt = at, ...stop} = stopOf(given.value, module);
  setLimits(retrier, {...stop, attemptsAt, secondsAt}, waits);
  return stop.attempts;
}

export function stopOf(node: SyntaxNode, module: PythonModule, depth = 0): Limits {
  if (depth > 8) return UNKNOWN;
  const inner = (child: SyntaxNode): Limits => stopOf(child, module, depth + 1);
  if (node.name === 'ParenthesizedExpression')
    return node.firstChild?.nextSibling ? inner(node.firstChild.nextSibling) : UNKNOWN;
  if (node.name === 'BinaryExpression') {
    const [left, sign, right] = childrenOf(node);
    if (left === undefined || right === undefined || sign === undefined) return UNKNOWN;
    return module.textOf(sign) === '|' ? first(inner(left), inner(right)) : UNKNOWN;
  }
  if (node.name === 'None') return NEVER;
  const call = module.callOf(node);
  const word = wordOf(call?.name ?? module.names.nameOf(node));
  if (word === 'stop_never') return NEVER;
  if (call === undefined || call.isOpen) return UNKNOWN;
  const [only] = call.args;
  if (word === 'stop_any') return call.args.map(({value}) => inner(value)).reduce(first, NEVER);
  if (only === undefined) return UNKNOWN;
  const value = numberOf(only.value, module);
  if (word === 'stop_after_attempt') return {...NEVER, attempts: value, attemptsAt: spanOf(only.value)};
  if (word === 'stop_after_delay' || word === 'stop_before_delay')
    return {...NEVER, seconds: value, secondsAt: spanOf(only.value)};
  return UNKNOWN;
}

/** Whichever comes first. One that is not known may come first. */
function first(a: Limits, b: Limits): Limits {
  const [few, many] = (a.attempts ?? 0) <= (b.attempts ?? 0) ? [a, b] : [b, a];
  const [short, long] = (a.seconds ?? 0) <= (b.seconds ?? 0) ? [a, b] : [b, a];
  return {
    attempts: few.attempts,
    attemptsAt: few.attemptsAt ?? many.attemptsAt,
    seconds: short.seconds,
    secondsAt: short.secondsAt ?? long.secondsAt,
  };
}
