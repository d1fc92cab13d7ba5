/** Makes the retrier of a call. */

import type {JsModule} from '../../source/javascript/module.ts';
import {bare, type JsNode, nodeIn, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import {absentOptions} from '../../source/javascript/tree.ts';
import type {ObjectNode, Source, Span} from '../../source/tree.ts';
import {Retrier} from '../code/retrier.ts';
import type {Options} from './options.ts';

export const argumentsOf = (call: JsNode): JsNode[] => nodesIn(call, 'arguments');

/** Whether a spread brings in arguments. */
export const hasSpread = (call: JsNode): boolean => argumentsOf(call).some(({type}) => type === 'SpreadElement');

export const calleeOf = (call: JsNode): JsNode => bare(nodeIn(call, 'callee')) ?? call;

/** What people call a callee: the last word of it. */
export function wordOf(call: JsNode, module: JsModule): string {
  return /[\w$]+$/.exec(module.textOf(calleeOf(call)))?.[0] ?? 'call';
}

/**
 * @param options The options of the call.
 * @param index   Their place among the arguments: behind the one before they may be written.
 */
export function retrierOf(call: JsNode, options: Options, index: number, source: Source, module: JsModule): Retrier {
  const shown = spanOf(calleeOf(call));
  const given = argumentsOf(call);
  const last = given.length === index ? given[index - 1] : undefined;
  // What follows the last argument is the end of the call.
  const before = last && /^\s*,?\s*\)$/.test(module.text.slice(spanOf(last).end, spanOf(call).end)) ? last : undefined;
  const root = index === 0 && given.length === 0 ? withinParentheses(call, module) : undefined;
  return retrierWith(root ?? options.root(before && spanOf(before), shown), call, shown, source, module);
}

/** The place between the parentheses of `new OpenAI()`. */
function withinParentheses(call: JsNode, module: JsModule): ObjectNode | undefined {
  const {start, end} = spanOf(call);
  return /\(\s*\)$/.test(module.text.slice(start, end))
    ? {...absentOptions({start, end: end - 1}), behind: ''}
    : undefined;
}

export function retrierWith(root: ObjectNode, call: JsNode, shown: Span, source: Source, module: JsModule): Retrier {
  return new Retrier(source, root, shown, module.placeOf(call), wordOf(call, module));
}
