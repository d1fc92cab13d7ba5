/** How a loop is left after a success. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';
import {branchesOf, contains, isSame, ownNodes, tryOf} from './blocks.ts';
import type {Head} from './head.ts';
import {assignedIn} from './state.ts';

export interface Leaving {
  /** `return` and `break` of the loop itself, outside of handlers. */
  readonly exits: readonly SyntaxNode[];
  /** Whether one of them is surely taken after a success: on no condition, or on what is the name of a result. */
  readonly isSure: boolean;
}

export const NAMED: RegExp = /attempt|retr(?:y|ies)|\btries\b|_tries|trial|back_?off/i;

/** What tests of an answer's status ask. */
export const STATUS: RegExp =
  /\.(?:status|status_code|ok|is_success|is_error|is_server_error)\b|\bstatus_?code\b|\bhttp_status\b/i;
export function leavingOf(head: Head, module: PythonModule): Leaving | undefined {
  const own = ownNodes(head.body);
  const handlers = own.filter(({name}) => name === 'TryStatement').flatMap(each => tryOf(each)?.handlers ?? []);
  const exits = own.filter(
    node =>
      (node.name === 'ReturnStatement' || node.name === 'BreakStatement') &&
      !handlers.some(({body}) => contains(body, node)),
  );
  const flags = assignedIn(head.body, module);
  const isFlagged =
    head.kind === 'while' &&
    [head.over, ...ownNodes(head.over)].some(
      node =>
        node.name === 'VariableName' &&
        flags.has(module.textOf(node)) &&
        isSetOnSuccess(module.textOf(node), own, handlers, module),
    );
  if (exits.length === 0 && !isFlagged) return undefined;
  const sure = exits.some(exit => testOf(exit, head.body) === undefined);
  const isNamed = NAMED.test(module.text.slice(head.span.start, head.span.end));
  const isTold = exits.some(exit => {
    const test = testOf(exit, head.body);
    return isNamed && test !== undefined && isPositive(module.textOf(test));
  });
  return {exits, isSure: sure || isFlagged || isTold};
}

/** `success = True`, and `response = session.get(…)` where the head asks for it; not a counter. */
function isSetOnSuccess(
  word: string,
  own: readonly SyntaxNode[],
  handlers: readonly {readonly body: SyntaxNode}[],
  module: PythonModule,
): boolean {
  return own.some(
    node =>
      node.name === 'AssignStatement' &&
      !handlers.some(({body}) => contains(body, node)) &&
      assignedIn(node, module).has(word) &&
      !new RegExp(`\\b${word.replaceAll('.', '\\.')}\\s*[+-]`).test(module.textOf(node)),
  );
}

const isPositive = (test: string): boolean =>
  !/^not\b|\bis None|==\s*(?:0|None|''|"")|\blen\(\w+\)\s*==\s*0/.test(test) && !NAMED.test(test);

/** The nearest test that an exit depends on. */
function testOf(exit: SyntaxNode, body: SyntaxNode): SyntaxNode | undefined {
  for (let at = exit.parent; at !== null && !isSame(body, at); at = at.parent)
    if (at.name === 'IfStatement') {
      const branch = branchesOf(at).find(each => contains(each.body, exit));
      return branch?.test ?? branchesOf(at)[0]?.test;
    }
  return undefined;
}
