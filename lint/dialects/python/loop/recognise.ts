/** Which loops try one operation again after it failed. Pages, polls, workers, queues and training are no such loops. */

import type {PythonModule} from '../../../source/python/module.ts';
import {around, childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import {LONGEST_LOOP} from '../signs.ts';
import {assignmentOf, branchesOf, contains, functionAround, isSame, ownNodes, tryOf, within} from './blocks.ts';
import {type Leaving, leavingOf, NAMED} from './exits.ts';
import {type Failures, failuresOf} from './failures.ts';
import {type Head, headOf} from './head.ts';
import {postIn} from './posts.ts';
import {argumentsOf, calleeText, isSleep} from './sleeps.ts';
import {assignedIn} from './state.ts';
import {isEveryError} from './types.ts';

export interface RetryLoop extends Failures {
  readonly head: Head;
  readonly leaving: Leaving;
}

export function recognise(loop: SyntaxNode, module: PythonModule): RetryLoop | undefined {
  const head = headOf(loop, module);
  if (
    head === undefined ||
    head.body.to - head.body.from > LONGEST_LOOP ||
    isAboutThings(head, module) ||
    isWaiting(loop, module)
  )
    return undefined;
  const leaving = leavingOf(head, module);
  if (leaving === undefined) return undefined;
  const failures = failuresOf(head, loop, module);
  if (failures === undefined || (!leaving.isSure && failures.refused.length === 0)) return undefined;
  if (CONNECTS.test(calleeText(failures.tried.node, module))) return undefined;
  if (usesVariable(failures.tried.node, head, module)) return undefined;
  if (isProbe(failures.tried.node, head, module)) return undefined;
  if (isPoll(failures.tried.node, head, leaving, module)) return undefined;
  const {kind, node} = failures.tried;
  if (!isNamed(loop, module)) {
    const isTold = failures.caught.length > 0 || failures.refused.some(each => each.isTold);
    const isAgain = isTold || postIn(head.body, module) !== undefined;
    if (kind !== 'certain' || !isAgain || isAboutOther(node, head, module)) return undefined;
  }
  // That an error of any kind is caught around a call whose name only sounds like the network says too little without a wait.
  const isWaited = [...failures.caught, ...failures.refused].some(({trial}) => trial.sleeps.length > 0);
  if (
    kind === 'likely' &&
    !isWaited &&
    failures.caught.every(({classes}) => isEveryError(classes)) &&
    !isModel(node, module)
  )
    return undefined;
  return {...failures, head, leaving};
}

/** A connection that is opened when a program starts, or opened again. */
const CONNECTS = /(?:^|[._])(?:connect\w*|reconnect\w*|create_pool|create_connection)$/i;

/** A model, whatever holds it: `self.llm.invoke(prompt)`. */
const isModel = (call: SyntaxNode, module: PythonModule): boolean =>
  /(?:llm|model|chain|openai|claude|gemini|anthropic|client)\w*\.\w+$/i.test(calleeText(call, module));

/** By a word in it, or by the name of a function around it. */
const isNamed = (loop: SyntaxNode, module: PythonModule): boolean =>
  NAMED.test(module.textOf(loop)) || NAMED.test(module.placeOf(loop));

const THINGS =
  /^(?:page\w*|offset|epoch|step|batch\w*|chunk\w*|row|col\w*|idx|index|iteration|turn|round|token|cursor|start|depth)$/i;

const isAboutThings = ({variable}: Head, module: PythonModule): boolean =>
  variable !== undefined && THINGS.test(module.textOf(variable));

const WAITS =
  /(?:^|_)(?:wait|poll\w*|ready|health\w*|ping|alive|heartbeat|reconnect\w*|listen\w*|consum\w*|worker|subscrib\w*|watch\w*|monitor\w*|forever|daemon|scheduler)(?:_|$)/i;

/** Functions that wait until something is there, or that run as long as the program. */
function isWaiting(loop: SyntaxNode, module: PythonModule): boolean {
  const name = functionAround(loop)?.getChild('VariableName');
  if (name == null) return false;
  const word = module.textOf(name).replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_');
  return WAITS.test(word) && !/retry|retries|backoff|attempt/i.test(word);
}

/** `urls[i]`, and `f"…?page={n}"`: each turn is about another thing. */
function usesVariable(call: SyntaxNode, {variable, body}: Head, module: PythonModule): boolean {
  if (variable === undefined) return false;
  const word = module.textOf(variable);
  if (word === '_') return false;
  const isItem = ownNodes(body).some(node => {
    if (node.name !== 'MemberExpression' || childrenOf(node)[1]?.name !== '[') return false;
    const index = childrenOf(node)[2];
    const object = node.firstChild === null ? '' : module.textOf(node.firstChild);
    return (
      index !== undefined &&
      new RegExp(`\\b${word}\\b`).test(module.textOf(index)) &&
      !/delay|wait|back_?off|interval|sleep|pause|retr|second/i.test(object)
    );
  });
  if (isItem) return true;
  const list = call.getChild('ArgList');
  return (
    list !== null && uses(list, new Set([word]), module) && !NAMED.test(word) && !/^(?:try|n_?try|trie)/i.test(word)
  );
}

const uses = (node: SyntaxNode, words: ReadonlySet<string>, module: PythonModule): boolean =>
  [node, ...within(node)].some(each => each.name === 'VariableName' && words.has(module.textOf(each)));

/** What each turn takes anew. */
const DRAWN = /\b(?:pop\w*|next|get|input|choice|recv|read\w*|fetch\w*)\(/;
/** Arguments that may change although the request is the same. */
const ASIDE = /^(?:headers|timeout|auth)$/;

/** Whether what is sent changes from turn to turn: the next page, another item, a longer conversation. */
function isAboutOther(call: SyntaxNode, {body}: Head, module: PythonModule): boolean {
  const changed = new Set<string>();
  const isNew = (node: SyntaxNode): boolean => uses(node, changed, module) || DRAWN.test(module.textOf(node));
  const nodes = within(body);
  // Twice: a name may be set below its use.
  for (const node of [...nodes, ...nodes]) {
    const value = assignmentOf(node)?.value;
    const own = assignedIn(node, module);
    const isChanged =
      value === undefined
        ? /^(?:For|Update)Statement|^Named/.test(node.name)
        : contains(value, call) || isNew(value) || uses(value, own, module);
    if (isChanged) for (const word of own) changed.add(word);
    const list = /^([\w.]+)\.(?:append|extend|insert|add)\(/.exec(module.textOf(node))?.[1];
    if (list !== undefined) changed.add(list);
  }
  return argumentsOf(call, module).list.some(({name, value}) => !ASIDE.test(name ?? '') && isNew(value));
}

const GOING = /["'](?:running|pending|queued|processing|in[_ -]?progress|starting|waiting)["']/i;
const OVER = /["'](?:done|ready|finished|completed?|succeeded)["']/i;

/** Whether it waits between answers because of the state that they tell, be it that errors are waited out, too. */
function isPoll(call: SyntaxNode, {body}: Head, {exits}: Leaving, module: PythonModule): boolean {
  const own = ownNodes(body);
  const handlers = own.filter(({name}) => name === 'TryStatement').flatMap(each => tryOf(each)?.handlers ?? []);
  const sleeps = own.filter(
    node => node.from > call.to && isSleep(node, module) && !handlers.some(each => contains(each.body, node)),
  );
  if (sleeps.length === 0) return false;
  const isOver = exits.some(exit => testsAround(exit, body).some(test => OVER.test(module.textOf(test))));
  return isOver || sleeps.some(sleep => testsAround(sleep, body).some(test => GOING.test(module.textOf(test))));
}

/** What is tested on the way to a node. */
function testsAround(node: SyntaxNode, body: SyntaxNode): SyntaxNode[] {
  const tests: SyntaxNode[] = [];
  for (let at = node.parent; at !== null && !isSame(body, at); at = at.parent)
    if (at.name === 'IfStatement') tests.push(...branchesOf(at).flatMap(({test}) => test ?? []));
  return tests;
}

const PROBES =
  /(?:^|\.)(?:get|head|ping|connect\w*|urlopen|options|health\w*|heartbeat|search|is_\w+|list\w*|describe\w*|info|version|status)$/;
const ASKED = /^\.(?:status_code|status|ok|is_success|raise_for_status|reason|close|getcode|code)\b/;

/** Whether something is only asked whether it answers: nothing of the answer is used but its status. */
function isProbe(call: SyntaxNode, {body}: Head, module: PythonModule): boolean {
  if (!PROBES.test(calleeText(call, module))) return false;
  let at: SyntaxNode | null = call;
  while (at !== null && ['AwaitExpression', 'CallExpression'].includes(at.name)) at = at.parent;
  if (at?.name === 'ExpressionStatement') return true;
  // `if requests.get(url).ok:`
  if (at?.name === 'MemberExpression')
    return ASKED.test(module.text.slice(call.to, at.to)) && !around(at, ['ReturnStatement']);
  const name = boundName(at, call, module);
  if (name === undefined) return false;
  // What is done with the answer may be done behind the loop.
  const used = within(functionAround(call) ?? body).filter(
    node => node.name === 'VariableName' && module.textOf(node) === name && !contains(call, node),
  );
  const others = used.filter(({from, to}) => {
    const before = module.text.slice(0, from);
    return !/(?:\bas\s+|\n\s*)$/.test(before) || !/^\s*(?:=(?!=)|:|,)/.test(module.text.slice(to));
  });
  return others.every(({to}) => ASKED.test(module.text.slice(to, to + 30)));
}

function boundName(at: SyntaxNode | null, call: SyntaxNode, module: PythonModule): string | undefined {
  if (at?.name === 'AssignStatement' && at.firstChild?.name === 'VariableName') return module.textOf(at.firstChild);
  if (at?.name !== 'WithStatement') return undefined;
  const parts = childrenOf(at);
  const index = parts.findIndex(part => contains(part, call));
  const name = parts[index + 1]?.name === 'as' ? parts[index + 2] : undefined;
  return name && module.textOf(name);
}
