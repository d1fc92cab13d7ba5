/** Requests without a timeout: those of requests and of urllib wait for an answer as long as it takes. */

import type {Call, PythonModule} from '../../source/python/module.ts';
import type {SyntaxNode} from '../../source/python/syntax.ts';
import type {Span} from '../../source/tree.ts';
import {argumentOf} from './clients/construction.ts';
import {functionOf, LATER, nodesIn} from './clients/functions.ts';

const REQUESTS =
  /^requests\.(?:api\.|[sS]ession\(\)\.|sessions\.Session\(\)\.)?(?:get|post|put|patch|delete|head|options|request)$|^urllib\.request\.urlopen$/;

/** What may end a request, or set a timeout, elsewhere in the file. */
const ELSEWHERE = /setdefaulttimeout|HTTPAdapter\)\s*:|\.request\s*=|partial\(|\balarm\(|wait_for\(|func_timeout/;

/** The first such request in what is retried, and in the functions of the same file that it calls. */
export function endlessIn(body: SyntaxNode, module: PythonModule): Span | undefined {
  if (!module.says(REQUESTED) || module.says(ELSEWHERE)) return undefined;
  for (const node of nodesIn(body, ['CallExpression'], LATER)) {
    const callee = node.firstChild;
    const definition = callee === null ? undefined : functionOf(callee, module);
    const call = definition === undefined ? module.callOf(node) : undefined;
    const calls = definition === undefined ? call && [call] : module.callsIn(definition);
    const found = calls?.find(each => isEndless(each, module));
    if (found !== undefined) return found.callee;
  }
  return undefined;
}

function isEndless({name, args, isOpen}: Call, module: PythonModule): boolean {
  if (isOpen || !REQUESTS.test(name)) return false;
  const timeout = argumentOf({args}, 'timeout');
  if (timeout !== undefined) return module.constantOf(timeout.value)?.value === null;
  return !name.endsWith('urlopen') || args.length < 3;
}

const REQUESTED = /\brequests\b|\burlopen\b/;
