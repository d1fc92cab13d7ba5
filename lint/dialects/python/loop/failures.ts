/** The ways in which an attempt of a loop fails, and goes into the next one. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {areNetwork} from '../network-errors.ts';
import {branchesOf, contains, type Handler, ownNodes, type Try, tryOf, within} from './blocks.ts';
import {type Tried, triedIn} from './calls.ts';
import {isGoodStatus, STATUS} from './exits.ts';
import type {Head} from './head.ts';
import {isTooLong} from './run.ts';
import {type Trial, tryOut} from './trial.ts';
import {areElsewhere, areSignals, classesOf, isEveryError} from './types.ts';

export interface Caught {
  readonly handler: Handler;
  /** Undefined for a bare `except`. */
  readonly classes: readonly string[] | undefined;
  readonly trial: Trial;
  readonly within: Try;
}

export interface Refused {
  /** The test of the status. */
  readonly test: SyntaxNode;
  /** Whether the server may have acted: after a 500, not after a 429. */
  readonly isAmbiguous: boolean;
  /** Whether the test names what is tried again, and not only what is good. */
  readonly isTold: boolean;
  readonly trial: Trial;
}

export interface Failures {
  readonly tried: Tried;
  readonly caught: readonly Caught[];
  readonly refused: readonly Refused[];
  /** Handlers that end the loop. */
  readonly ending: readonly Caught['handler'][];
}

export function failuresOf(head: Head, loop: SyntaxNode, module: PythonModule): Failures | undefined {
  const own = ownNodes(head.body);
  const all = own.filter(({name}) => name === 'TryStatement').flatMap(node => tryOf(node) ?? []);
  const handlers = all.flatMap(each => each.handlers.map(({body}) => body));
  // What is tried in a handler is another operation.
  const tries = all.filter(each => !handlers.some(body => contains(body, each.body)));
  if (all.flatMap(each => each.handlers).length > MOST_HANDLERS || isTooLong(module)) return undefined;
  const caught: Caught[] = [];
  const ending: Handler[] = [];
  let tried: Tried | undefined;
  for (const each of tries) {
    const call = triedIn(each.body, module) ?? callOfNetwork(each, module);
    if (call === undefined) continue;
    tried = better(tried, call);
    for (const handler of each.handlers) {
      const classes = classesOf(handler, module);
      if (areSignals(classes)) continue;
      const trial = tryOut(head, loop, {target: handler.body, call: call.node}, module);
      if (trial.retries && !areElsewhere(classes)) caught.push({handler, classes, trial, within: each});
      else if (!trial.retries) ending.push(handler);
    }
  }
  const call = tried ?? triedIn(head.body, module);
  if (call === undefined) return undefined;
  const refused = own
    .filter(node => node.name === 'IfStatement' && !handlers.some(body => contains(body, node)))
    .slice(0, MOST_HANDLERS)
    .flatMap(node => refusedIn(node, head, loop, call.node, module));
  return isTooLong(module) || caught.length + refused.length === 0 ? undefined : {tried: call, caught, refused, ending};
}

/** No person looks at so many errors of one call, and each is tried out. */
const MOST_HANDLERS = 20;

const KINDS = ['certain', 'function', 'likely'];

const better = (a: Tried | undefined, b: Tried): Tried =>
  a !== undefined && KINDS.indexOf(a.kind) <= KINDS.indexOf(b.kind) ? a : b;

/** The first call of the try meets the errors of the network that a handler names. */
function callOfNetwork({body, handlers}: Try, module: PythonModule): Tried | undefined {
  const isNetwork = handlers.some(each => {
    const classes = classesOf(each, module);
    return areNetwork(classes) && !isEveryError(classes);
  });
  const node = isNetwork ? within(body).find(({name}) => name === 'CallExpression') : undefined;
  return node && {node, kind: 'likely'};
}

const REFUSALS =
  /\b(?:429|408|425|5\d\d|529)\b|>=?\s*(?:400|499|500)\b|RETRY|retryable|transient|TOO_MANY|is_error|is_server_error/;
const BAD = /!=\s*2\d\d|not\s+(?:\w+\.)+(?:ok|is_success)\b|not in\s*[([{]\s*2\d\d/;

function refusedIn(node: SyntaxNode, head: Head, loop: SyntaxNode, call: SyntaxNode, module: PythonModule): Refused[] {
  const branches = branchesOf(node);
  const found: Refused[] = [];
  const add = (test: SyntaxNode, target: SyntaxNode, isAmbiguous: boolean, isTold: boolean): void => {
    const trial = tryOut(head, loop, {target, call}, module);
    if (trial.retries) found.push({test, isAmbiguous, isTold, trial});
  };
  for (const {test, body} of branches) {
    const text = test === undefined ? '' : module.textOf(test);
    if (test === undefined || !STATUS.test(text)) continue;
    if (REFUSALS.test(text) && /\d|RETRY|retry|TOO_MANY|is_/.test(text))
      add(test, body, !/^[^5>]*429[^5>]*$/.test(text), true);
    else if (BAD.test(text)) add(test, body, true, false);
    else if (isGoodStatus(text)) {
      const otherwise = branches.find(each => each.test === undefined);
      add(test, otherwise?.body ?? node, true, false);
    }
  }
  return found;
}
