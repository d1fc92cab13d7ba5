/** Whether a loop that neither waits nor is named after retries makes one request again until it succeeds. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {isFunction, type JsNode, nodeIn, spanOf, within, wordIn} from '../../../source/javascript/syntax.ts';
import {argumentsOf, wordOf} from '../make.ts';
import type {RetryLoop} from './retry-loop.ts';
import {contains, targetOf} from './run.ts';

export const GOOD: RegExp = /^(?!\s*!)[^!]*\.ok\b|status(?:Code)?\s*===?\s*2\d\d|status(?:Code)?\s*<\s*(?:300|400|500)/;

/** A success leaves the loop, a failure changes nothing, and the next turn sends the same. */
export function isAgain({head, tried: {node: call}, caught, refused, exits}: RetryLoop, module: JsModule): boolean {
  const {body} = head;
  return (
    [...caught, ...refused].every(({trial}) => !trial.mayWait) &&
    caught.every(({handler}) =>
      within(handler, isFunction).every(node => node.type !== 'CallExpression' || isCalm(node, module)),
    ) &&
    !aroundTo(call, body, module).some(
      at => at.type === 'SwitchStatement' || (/^(?:If|Cond)/.test(at.type) && !contains(nodeIn(at, 'test'), call)),
    ) &&
    exits.some(
      exit =>
        spanOf(exit).end > spanOf(call).end &&
        aroundTo(exit, body, module)
          .filter(at => !contains(at, call))
          .every(at => !/^(?:If|Switch)/.test(at.type) || isSuccess(at, exit, module)),
    ) &&
    !isOther(call, head, module)
  );
}

function aroundTo(node: JsNode, outer: JsNode, module: JsModule): JsNode[] {
  const found: JsNode[] = [];
  for (let at = module.parentOf(node); at !== undefined && at !== outer; at = module.parentOf(at)) found.push(at);
  return found;
}

/** `if (response.ok)`, and not `if (job.ok && job.status === 'done')`. */
function isSuccess(node: JsNode, exit: JsNode, module: JsModule): boolean {
  const test = module.textOf(nodeIn(node, 'test') ?? node);
  return contains(nodeIn(node, 'consequent'), exit) && GOOD.test(test) && !/["'`]|\.(?!ok\b|status)\w/.test(test);
}

/** Calls that tell of an error, or ask what it is. */
const isCalm = (call: JsNode, module: JsModule): boolean =>
  isTelling(call, module) || /^(?:is|should|has)[A-Z]|^clearTimeout/.test(wordOf(call, module));

export const isTelling = (call: JsNode, module: JsModule): boolean =>
  /^(?:\w*log\w*|info|debug|warn|error|trace|report\w*|record\w*|capture\w*|notify\w*|emit|push|String|stringify|onRetry|onError|message)$/i.test(
    wordOf(call, module),
  ) ||
  module.around(call, ({type}) => type === 'ThrowStatement' || type === 'CatchClause')?.type === 'ThrowStatement' ||
  /(?:log|logger|console)\b/.test(module.textOf(nodeIn(call, 'callee') ?? call));

/** What each turn takes anew. */
const DRAWN =
  /\bawait\b|(?:pop|shift|next|pull|pick|random|take|ask|input|prompt|rec(?:ei)?v|read|choose)\w*\(|\w\(\)/i;
/** What may change although the request is the same. */
const isAside = (node: JsNode): boolean =>
  node.type === 'Property' && /^(?:headers|signal|timeout)$/.test(wordIn(nodeIn(node, 'key'), 'name'));

/** Whether what is sent changes from turn to turn: another host, the next page, a longer conversation. */
function isOther(call: JsNode, {node: loop, variable}: RetryLoop['head'], module: JsModule): boolean {
  const changed = new Set(variable === undefined ? [] : [variable]);
  const uses = (node: JsNode): boolean => namesIn(node).some(name => changed.has(name));
  const isNew = (node: JsNode): boolean => uses(node) || DRAWN.test(module.textOf(node));
  const nodes = within(loop);
  // Twice: a name may be set below its use.
  for (const node of [...nodes, ...nodes]) {
    const {type} = node;
    const value = nodeIn(node, 'init');
    const target =
      targetOf(node) ??
      (type === 'VariableDeclarator' && value !== undefined && (contains(value, call) || isNew(value))
        ? nodeIn(node, 'id')
        : type === 'CallExpression' && /^(?:push|unshift|splice|set|append|add|delete)$/.test(wordOf(node, module))
          ? nodeIn(nodeIn(node, 'callee'), 'object')
          : undefined);
    for (const name of target === undefined ? [] : namesIn(target)) changed.add(name);
  }
  const helper = module.functionOf(nodeIn(call, 'callee') ?? call);
  return uses(call) || (helper !== undefined && uses(helper)) || argumentsOf(call).some(isNew);
}

const namesIn = (node: JsNode): string[] =>
  within(node, isAside).flatMap(each => (each.type === 'Identifier' ? [wordIn(each, 'name')] : []));

/** Whether something is only asked whether it answers. */
export function isProbe(call: JsNode, {node: loop}: RetryLoop['head'], module: JsModule): boolean {
  if (!/^(?:fetch|get|head|ping)$/.test(wordOf(call, module)) || /method|body/.test(module.textOf(call))) return false;
  let at = module.parentOf(call);
  while (at?.type === 'AwaitExpression') at = module.parentOf(at);
  if (at?.type === 'ExpressionStatement') return true;
  const name = at?.type === 'VariableDeclarator' ? wordIn(nodeIn(at, 'id'), 'name') : '';
  const uses = within(loop, isFunction).filter(
    each =>
      wordIn(each, 'name') === name &&
      !/^(?:ok|status)$/.test(wordIn(nodeIn(module.parentOf(each), 'property'), 'name')),
  );
  return uses.length === 1;
}
