/** Which loops try one operation again after it failed. Pages, polls, workers and queues are no such loops. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {
  bare,
  isFunction,
  isLoop,
  isOn,
  type JsNode,
  nodeIn,
  nodesIn,
  spanOf,
  within,
  wordIn,
} from '../../../source/javascript/syntax.ts';
import {argumentsOf} from '../make.ts';
import {GOOD, isAgain, isProbe, isTelling} from './again.ts';
import {isFetchAlone, type Tried, triedIn} from './calls.ts';
import {type Head, headOf} from './head.ts';
import type {Caught, Refused, RetryLoop} from './retry-loop.ts';
import {contains, type Trial, tryOut} from './run.ts';
import {sleepOf} from './sleeps.ts';

export const NAMED: RegExp = /attempt|retr(?:y|ies)|\btries\b|tries(?:Left|Remaining)|trial|back_?off/i;
const WAITING =
  /(?:^|[a-z_])(?:wait(?:For|Until)|poll|ready|health|ping|alive|heartbeat|reconnect|listen|consum|worker|subscrib|watch|monitor|forever|daemon|schedul|connect$)/i;
const THINGS =
  /^(?:page\w*|offset|epoch|step|batch\w*|chunk\w*|row|col\w*|idx|index|iteration|turn|round|token|cursor|start|depth)$/i;

/** In characters: a body of hundreds of lines is no retry of one call. */
const LONGEST = 12_000;
/** No person looks at so many failures of one call, and each is tried out. */
const MOST_FAILURES = 12;

export function recognise(node: JsNode, module: JsModule): RetryLoop | undefined {
  if (isOn(node, 'await') || module.textOf(node).length > LONGEST) return undefined;
  const head = headOf(node, module);
  if (
    head === undefined ||
    (head.variable !== undefined && THINGS.test(head.variable) && !NAMED.test(module.textOf(node)))
  )
    return undefined;
  const place = module.placeOf(node).replace(/^.*\./, '');
  if (WAITING.test(place) && !/retry|retries|backoff|attempt/i.test(place)) return undefined;
  const own = ownNodes(head.body);
  const statements = own.filter(({type}) => type === 'TryStatement');
  const handlers = statements.flatMap(each => nodeIn(each, 'handler') ?? []);
  const isHandled = (each: JsNode): boolean => handlers.some(handler => contains(handler, each));
  const exits = own.filter(
    each =>
      (each.type === 'ReturnStatement' || each.type === 'BreakStatement') &&
      !isHandled(each) &&
      !isOfSwitch(each, module),
  );
  if (exits.length === 0) exits.push(...flagsOf(head, own, isHandled, module));
  if (exits.length === 0) return undefined;
  const found = failuresOf(head, own, statements, isHandled, module);
  if (found === undefined) return undefined;
  const {tried, caught, refused} = found;
  if (usesThing(tried.node, head, module) || isPoll(own, tried, isHandled, refused, module)) return undefined;
  const trials = [...caught, ...refused].map(({trial}) => trial);
  const isNamed = NAMED.test(module.textOf(node)) || NAMED.test(place);
  const sleeps = trials.some(trial => trial.sleeps.length > 0);
  const loop = {head, exits, ...found};
  if (
    !isNamed &&
    (tried.kind === 'likely' ||
      isProbe(tried.node, head, module) ||
      (!sleeps && (tried.kind === 'function' || !isAgain(loop, module))))
  )
    return undefined;
  if (tried.kind === 'likely' && !sleeps && !NAMED.test(headText(head, module)) && !NAMED.test(place)) return undefined;
  return loop;
}

export const headText = ({span}: Head, module: JsModule): string => module.text.slice(span.start, span.end);

/** The nodes of a body, without those of functions and loops in it. */
export const ownNodes = (body: JsNode): JsNode[] =>
  within(body, node => isFunction(node) || (isLoop(node) && node !== body));

const isOfSwitch = (node: JsNode, module: JsModule): boolean =>
  node.type === 'BreakStatement' &&
  module.around(node, ({type}) => type === 'SwitchStatement' || /^(?:For|While|Do)/.test(type))?.type ===
    'SwitchStatement';

/** `while (!done)`, where a success sets it. */
function flagsOf(head: Head, own: readonly JsNode[], isHandled: (node: JsNode) => boolean, module: JsModule): JsNode[] {
  const asked =
    head.test === undefined
      ? []
      : within(head.test)
          .filter(({type}) => type === 'Identifier')
          .map(each => wordIn(each, 'name'));
  return own.filter(node => {
    const target =
      node.type === 'AssignmentExpression' && wordIn(node, 'operator') === '=' ? nodeIn(node, 'left') : undefined;
    return (
      target?.type === 'Identifier' &&
      asked.includes(wordIn(target, 'name')) &&
      !isHandled(node) &&
      !NAMED.test(module.textOf(target))
    );
  });
}

function failuresOf(
  head: Head,
  own: readonly JsNode[],
  statements: readonly JsNode[],
  isHandled: (node: JsNode) => boolean,
  module: JsModule,
): Pick<RetryLoop, 'tried' | 'caught' | 'refused'> | undefined {
  const caught: Caught[] = [];
  let tried: Tried | undefined;
  for (const statement of statements.slice(0, MOST_FAILURES)) {
    const [block, handler] = [nodeIn(statement, 'block'), nodeIn(statement, 'handler')];
    // What is tried in a handler is another operation.
    if (block === undefined || handler === undefined || isHandled(statement)) continue;
    const call = triedIn(block, module);
    const body = nodeIn(handler, 'body');
    if (call === undefined || body === undefined) continue;
    tried = better(tried, call);
    const trial = tryOut(head, {target: body, call: call.node}, module);
    if (trial.retries)
      caught.push({
        handler,
        statement,
        trial,
        isTested: isTested(handler, trial, head, module),
        isNetwork: isFetchAlone(block, module),
      });
  }
  const call = tried ?? triedIn(head.body, module);
  if (call === undefined) return undefined;
  const refused = own
    .filter(node => node.type === 'IfStatement' && !isHandled(node))
    .slice(0, MOST_FAILURES)
    .flatMap(node => refusedIn(node, head, call.node, module));
  return caught.length + refused.length === 0 ? undefined : {tried: call, caught, refused};
}

const KINDS = ['certain', 'function', 'likely'];
const better = (a: Tried | undefined, b: Tried): Tried =>
  a !== undefined && KINDS.indexOf(a.kind) <= KINDS.indexOf(b.kind) ? a : b;

const STATUS = /\.(?:status|statusCode|ok)\b|\bstatus(?:Code)?\b/;
const REFUSALS = /\b(?:429|408|425|5\d\d)\b|>=?\s*(?:400|499|500)\b/;
const BAD = /!\s*[\w$.]+\.ok\b|status(?:Code)?\s*!==?\s*2\d\d/;

function refusedIn(node: JsNode, head: Head, call: JsNode, module: JsModule): Refused[] {
  const [test, then, otherwise] = [nodeIn(node, 'test'), nodeIn(node, 'consequent'), nodeIn(node, 'alternate')];
  if (test === undefined || then === undefined) return [];
  const text = module.textOf(test);
  if (!STATUS.test(text)) return [];
  const target =
    BAD.test(text) || (REFUSALS.test(text) && !/<\s*(?:400|500)/.test(text))
      ? then
      : GOOD.test(text)
        ? (otherwise ?? node)
        : undefined;
  if (target === undefined) return [];
  // What throws is caught, and is there the failure.
  if (target !== node && within(target, isFunction).some(({type}) => type === 'ThrowStatement')) return [];
  const trial = tryOut(head, {target, call}, module);
  return trial.retries ? [{test, isAmbiguous: !/^[^5>]*429[^5>]*$/.test(text), trial}] : [];
}

const COUNTS = /attempt|retr(?:y|ies)|tries|trial|max|limit|last|num|count|total|deadline|elapsed|time|left|remaining/i;

/** Whether a handler asks more than how often it was tried. */
function isTested(handler: JsNode, trial: Trial, head: Head, module: JsModule): boolean {
  const error = nodeIn(handler, 'param');
  const name = error?.type === 'Identifier' ? wordIn(error, 'name') : undefined;
  if (trial.exits.some(({test}) => test !== undefined && contains(handler, test) && !isCounting(test, head, module)))
    return true;
  return within(handler, isFunction).some(node => {
    if (node.type === 'IfStatement' || node.type === 'SwitchStatement' || node.type === 'ConditionalExpression') {
      const test = nodeIn(node, 'test') ?? nodeIn(node, 'discriminant');
      return test !== undefined && !isCounting(test, head, module) && matters(node);
    }
    // What is done with the error may be to throw it.
    if (node.type !== 'CallExpression' || name === undefined || isTelling(node, module)) return false;
    return argumentsOf(node).some(each =>
      within(each).some(inner => inner.type === 'Identifier' && wordIn(inner, 'name') === name),
    );
  });
}

/** Whether a branch decides how it goes on. */
const matters = (node: JsNode): boolean =>
  within(node, isFunction).some(({type}) => /^(?:Throw|Return|Break|Continue)Statement$|^AwaitExpression$/.test(type));

function isCounting(test: JsNode, head: Head, module: JsModule): boolean {
  const text = module.textOf(test);
  if (
    /instanceof|status|\bcode\b|retryable|should|isRetr|transient|response|\.includes\(|\.message|\.name\b|\bin\b/i.test(
      text,
    )
  )
    return false;
  const counted = within(head.body).map(each =>
    each.type === 'UpdateExpression' ? wordIn(nodeIn(each, 'argument'), 'name') : '',
  );
  return within(test)
    .filter(node => node.type === 'Identifier' && module.parentOf(node)?.type !== 'MemberExpression')
    .every(
      node =>
        wordIn(node, 'name') === head.variable ||
        COUNTS.test(wordIn(node, 'name')) ||
        counted.includes(wordIn(node, 'name')) ||
        module.numberOf(node) !== undefined,
    )
    ? true
    : COUNTS.test(text) && /[<>=]/.test(text) && !/\berr(?:or)?\b|\be\b\./.test(text);
}

/** `urls[i]`, and `?page=${n}`: each turn is about another thing. */
function usesThing(call: JsNode, {variable, body}: Head, module: JsModule): boolean {
  if (movesOn(call, body, module)) return true;
  if (variable === undefined) return false;
  const isVariable = (node: JsNode | undefined): boolean =>
    node?.type === 'Identifier' && wordIn(node, 'name') === variable;
  const isItem = ownNodes(body).some(
    node =>
      node.type === 'MemberExpression' &&
      isOn(node, 'computed') &&
      isVariable(bare(nodeIn(node, 'property'))) &&
      !isNumbers(nodeIn(node, 'object'), module) &&
      !/delay|wait|back_?off|interval|sleep|pause|retr|second|ms\b/i.test(
        module.textOf(nodeIn(node, 'object') ?? node),
      ),
  );
  if (isItem) return true;
  return (
    !NAMED.test(variable) &&
    !/^(?:try|tries|n|i|_\w*|count|k|j)$/i.test(variable) &&
    argumentsOf(call).some(each => within(each).some(isVariable))
  );
}

/** `[100, 200, 400]`: the waits of a loop, most of all. */
function isNumbers(node: JsNode | undefined, module: JsModule): boolean {
  const list = module.valueOf(node);
  return (
    list?.type === 'ArrayExpression' && nodesIn(list, 'elements').every(each => module.numberOf(each) !== undefined)
  );
}

/** `page++` behind the request for a page: the next turn asks for another one. */
function movesOn(call: JsNode, body: JsNode, module: JsModule): boolean {
  const asked = argumentsOf(call)
    .flatMap(each => within(each))
    .filter(({type}) => type === 'Identifier')
    .map(each => wordIn(each, 'name'))
    .filter(name => !NAMED.test(name));
  return ownNodes(body).some(node => {
    const isUpdate = node.type === 'UpdateExpression' || (node.type === 'AssignmentExpression' && isBehind(node, call));
    const target = isUpdate ? nodeIn(node, node.type === 'UpdateExpression' ? 'argument' : 'left') : undefined;
    const isHandled = module.around(node, each => each.type === 'CatchClause' || each === body)?.type === 'CatchClause';
    return target?.type === 'Identifier' && !isHandled && asked.includes(wordIn(target, 'name'));
  });
}

const OVER =
  /["'](?:done|ready|finished|completed?|succeeded|success|running|pending|queued|processing|in[_ -]?progress|starting|waiting|failed)["']/i;

/** Whether it waits between answers because of the state that they tell, and not because of a failure. */
function isPoll(
  own: readonly JsNode[],
  {node: call}: Tried,
  isHandled: (node: JsNode) => boolean,
  refused: readonly Refused[],
  module: JsModule,
): boolean {
  const sleeps = own.filter(
    node =>
      node.type === 'AwaitExpression' &&
      !isHandled(node) &&
      sleepOf(nodeIn(node, 'argument'), module, () => undefined) !== undefined,
  );
  const afterCall = sleeps.filter(node => !contains(node, call) && isBehind(node, call));
  const tests = own.filter(({type}) => type === 'IfStatement').map(node => module.textOf(nodeIn(node, 'test') ?? node));
  return (
    afterCall.length > 0 &&
    (tests.some(test => OVER.test(test)) ||
      (refused.length === 0 &&
        !tests.some(test => STATUS.test(test) || NAMED.test(test)) &&
        !own.some(({type}) => type === 'CatchClause')))
  );
}

const isBehind = (node: JsNode, call: JsNode): boolean => startOf(node) > startOf(call);
const startOf = (node: JsNode): number => spanOf(node).start;
