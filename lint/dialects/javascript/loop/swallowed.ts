/** Finds where a loop drops the error of its last attempt, and its caller takes what it returns for a result. Certain cases only. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {
  bare,
  isFunction,
  isOn,
  type JsNode,
  nodeIn,
  nodesIn,
  spanOf,
  within,
  wordIn,
} from '../../../source/javascript/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import type {RetryLoop} from './retry-loop.ts';

export function swallowedIn({head, caught, refused, exits}: RetryLoop, module: JsModule): Span | undefined {
  const owner = module.functionAround(head.node);
  if (owner === undefined || isOn(owner, 'generator') || caught.length === 0 || refused.length > 0) return undefined;
  // Only a success may return a value, and it has to.
  const results = exits.flatMap(exit => (exit.type === 'ReturnStatement' ? [nodeIn(exit, 'argument')] : []));
  if (!results.some(result => result !== undefined && !isEmpty(result, module) && !isFlag(result, module)))
    return undefined;
  if (isDeclared(owner, module)) return undefined;
  const spans = caught.map(({trial}) => {
    if (trial.attempts === Infinity || trial.exits.some(({flow}) => flow.to === 'throw' || flow.to === 'return'))
      return undefined;
    if (trial.end?.to === 'return' && trial.end.node !== undefined) {
      const result = nodeIn(trial.end.node, 'argument');
      return result === undefined || isEmpty(result, module) ? spanOf(trial.end.node) : undefined;
    }
    const isThrown = caught.some(({handler}) =>
      within(handler, isFunction).some(({type}) => /^(?:Throw|Return)Statement$/.test(type)),
    );
    const runsOut =
      trial.end?.to === 'next' ||
      trial.end?.to === 'break' ||
      (trial.end === undefined && head.node.type === 'ForStatement');
    return runsOut && !isThrown ? after(head.node, module) : undefined;
  });
  return spans.every(span => span !== undefined) ? spans[0] : undefined;
}

/** The return that follows a loop; the head of the loop where its function ends without one. Undefined where something else follows. */
function after(loop: JsNode, module: JsModule): Span | undefined {
  const parent = module.parentOf(loop);
  const statements = nodesIn(parent, 'body');
  if (parent?.type !== 'BlockStatement' || !isFunction(module.parentOf(parent) ?? parent)) return undefined;
  for (const next of statements.slice(statements.indexOf(loop) + 1)) {
    if (next.type === 'ReturnStatement') {
      const result = nodeIn(next, 'argument');
      return result === undefined || isEmpty(result, module) ? spanOf(next) : undefined;
    }
    // The caller does not read a line in a log.
    const expression = next.type === 'ExpressionStatement' ? bare(nodeIn(next, 'expression')) : undefined;
    if (
      expression?.type === 'CallExpression' &&
      /log|console/i.test(module.textOf(nodeIn(expression, 'callee') ?? expression))
    )
      continue;
    return undefined;
  }
  const {end} = spanOf(loop);
  return {start: end - 1, end};
}

function isEmpty(node: JsNode, module: JsModule): boolean {
  const at = bare(node);
  if (at.type === 'Identifier') return wordIn(at, 'name') === 'undefined';
  if (at.type === 'ArrayExpression') return nodesIn(at, 'elements').length === 0;
  if (at.type === 'ObjectExpression') return nodesIn(at, 'properties').length === 0;
  if (at.type === 'UnaryExpression') return wordIn(at, 'operator') === 'void';
  const known = module.constantOf(at);
  return known !== undefined && (known.value === null || known.value === '' || known.value === false);
}

const isFlag = (node: JsNode, module: JsModule): boolean => typeof module.constantOf(node)?.value === 'boolean';

/** Whether the type of the function, or the comment before it, says that it may return this. */
function isDeclared(owner: JsNode, module: JsModule): boolean {
  const type = nodeIn(owner, 'returnType');
  const text = type === undefined ? '' : module.textOf(type);
  if (
    /\bnull\b|\bundefined\b|\bvoid\b|\bany\b|\bunknown\b|\bboolean\b|\[\]|Array<|Result|Either|Maybe|Option/.test(text)
  )
    return true;
  const before = module.text.slice(Math.max(0, spanOf(owner).start - 400), spanOf(owner).start);
  return /\/\*\*(?:(?!\*\/)[\s\S])*(?:null|undefined|empty)(?:(?!\*\/)[\s\S])*\*\/[^;{}]*$/.test(before);
}
