/** The ways in which an attempt of a loop fails, and goes into the next one. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {areNetwork} from '../network-errors.ts';
import {contains, type Handler, ownNodes, type Try, tryOf, within} from './blocks.ts';
import {KINDS, type Tried, triedIn} from './calls.ts';
import {STATUS} from './exits.ts';
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
  /** Whether the server may have acted: after a 500, not after a 429. */
  readonly isAmbiguous: boolean;
  /** Whether only errors are tried again, and no state of what is asked for. */
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
  const refused = refusedIn(head, loop, call.node, module);
  return isTooLong(module) || caught.length + refused.length === 0 ? undefined : {tried: call, caught, refused, ending};
}

/** No person looks at so many errors of one call, and each is tried out. */
const MOST_HANDLERS = 20;

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

/** Answers of a server that may be better the next time; the last are those after which it may have acted. */
const PASSING = [429, 500, 503];

/** Answers that begin the next turn, where another one ends the loop. */
function refusedIn(head: Head, loop: SyntaxNode, call: SyntaxNode, module: PythonModule): Refused[] {
  if (!module.says(STATUS)) return [];
  const after = (status: number): Trial => tryOut(head, loop, {call, status}, module);
  const good = after(200);
  const ways = waysOut(good);
  if (good.retries && ways.size === 0) return [];
  const found = PASSING.flatMap(status => {
    const trial = after(status);
    const isOther = !good.retries || [...ways].some(way => !waysOut(trial).has(way));
    return trial.retries && isOther ? [{isAmbiguous: status >= 500, isTold: true, trial}] : [];
  });
  // What is not there yet, or not done, is asked for again by its very state.
  const isTold = found.length > 0 && ![202, 404].some(status => after(status).retries);
  return found.map(each => ({...each, isTold}));
}

/** Where it may return, or break. */
const waysOut = ({exits}: Trial): ReadonlySet<number> =>
  new Set(exits.flatMap(({flow}) => (flow.node && flow.to !== 'raise' ? [flow.node.from] : [])));
