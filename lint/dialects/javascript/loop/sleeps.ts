/** Calls that wait: `await sleep(100)`, `await new Promise(resolve => setTimeout(resolve, 100))`. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {bare, type JsNode, nodesIn, within, wordIn} from '../../../source/javascript/syntax.ts';
import {type LookUp, rangeOf, type Value} from '../evaluate.ts';
import {argumentsOf, calleeOf, wordOf} from '../make.ts';

const SLEEPS =
  /^(?:sleep\w*|delay|delayMs|wait|waitMs|waitFor|pause|snooze|timeout|setTimeout|setTimeoutAsync|setTimeoutPromise|timeoutPromise|promiseTimeout|timersSleep|asyncSleep|backoff|backOff|later)$/i;

export interface Sleep {
  readonly node: JsNode;
  /** What is waited, in milliseconds; undefined where it is not known. */
  readonly ms: Value;
}

/** The sleep that an awaited expression is. */
export function sleepOf(awaited: JsNode | undefined, module: JsModule, lookUp: LookUp): Sleep | undefined {
  const node = bare(awaited);
  if (node?.type === 'NewExpression') {
    const timer = timerIn(node, module);
    return timer && {node, ms: rangeOf(argumentsOf(timer)[1], module, lookUp)};
  }
  if (node?.type !== 'CallExpression') return undefined;
  const word = wordOf(node, module);
  const given = argumentsOf(node);
  const definition = module.functionOf(calleeOf(node));
  const timer = definition && timerIn(definition, module);
  if (definition !== undefined && timer !== undefined)
    return {node, ms: ofFunction(definition, timer, given, module, lookUp)};
  if (!SLEEPS.test(word) || given.length === 0) return undefined;
  // What a function of the file does besides may wait for something else.
  if (definition !== undefined) return {node, ms: undefined};
  const isSeconds = /sec/i.test(word);
  const value = rangeOf(given[0], module, lookUp);
  return {node, ms: isSeconds && value !== undefined ? {lo: value.lo * 1000, hi: value.hi * 1000} : value};
}

/** The only timer of a promise or of a function. */
function timerIn(node: JsNode, module: JsModule): JsNode | undefined {
  const timers = within(node).filter(
    each =>
      each.type === 'CallExpression' && /^(?:globalThis\.|window\.)?setTimeout$/.test(module.textOf(calleeOf(each))),
  );
  const isRace = node.type !== 'NewExpression' && /\bfetch\(|\.race\(|reject/.test(module.textOf(node));
  return timers.length === 1 && !isRace ? timers[0] : undefined;
}

/** `const sleep = seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000))` */
function ofFunction(
  definition: JsNode,
  timer: JsNode,
  given: readonly JsNode[],
  module: JsModule,
  lookUp: LookUp,
): Value {
  const params = nodesIn(definition, 'params').map(param =>
    param.type === 'Identifier' ? wordIn(param, 'name') : undefined,
  );
  const values = given.map(each => rangeOf(each, module, lookUp));
  const own: LookUp = node => {
    const index = node.type === 'Identifier' ? params.indexOf(wordIn(node, 'name')) : -1;
    return index < 0 ? 'constant' : values[index];
  };
  return rangeOf(argumentsOf(timer)[1], module, own);
}

/** What an expression waits for, besides sleeps. */
export const isAwaited = (call: JsNode, module: JsModule): boolean => module.parentOf(call)?.type === 'AwaitExpression';

const QUIET =
  /^(?:log|debug|info|warn|error|trace|write|push|set|emit|increment|inc|record|captureException|addBreadcrumb|min|max|pow|floor|ceil|round|random|now|String|Number|stringify|toString|join|includes|test|startsWith|clearTimeout|abort|onRetry)$/;

/** Calls that surely do not wait. */
export const isQuiet = (call: JsNode, module: JsModule): boolean =>
  QUIET.test(wordOf(call, module)) || !isAwaited(call, module);
