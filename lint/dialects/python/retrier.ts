/** The retrier of a call or a decorator in Python. */

import type {Call, PythonModule} from '../../source/python/module.ts';
import type {SyntaxNode} from '../../source/python/syntax.ts';
import {treeOf} from '../../source/python/tree.ts';
import type {Source} from '../../source/tree.ts';
import {Retrier} from '../code/retrier.ts';

export function retrierOf(call: Call, source: Source, module: PythonModule, parameters: readonly string[]): Retrier {
  const word = source.text.slice(call.callee.start, call.callee.end);
  const place = module.placeOf(call.decorates ?? call.node);
  return new Retrier(source, treeOf(call, module, parameters), call.callee, place, word);
}

/** The decorated function, or what a loop over the attempts of a retrier does. */
export function retriedBy(call: Call): SyntaxNode | undefined {
  if (call.decorates !== undefined) return call.decorates;
  for (let at = call.node.parent; at !== null; at = at.parent) {
    if (at.name === 'ForStatement') return at.getChild('Body') ?? undefined;
    if (at.name === 'Body') return undefined;
  }
  return undefined;
}
