/** After which errors a loop tries again. */

import type {CodeFacts} from '../../../shape/code.ts';
import type {PythonModule} from '../../../source/python/module.ts';
import {around, type SyntaxNode} from '../../../source/python/syntax.ts';
import {PASSING} from '../network-errors.ts';
import {contains, ownNodes, within} from './blocks.ts';
import {STATUS} from './exits.ts';
import type {Caught, Failures} from './failures.ts';
import type {Head} from './head.ts';
import {isQuiet, isSleep} from './sleeps.ts';
import {isEveryError} from './types.ts';

export function errorsOf({caught, ending}: Failures, head: Head, module: PythonModule): CodeFacts['errors'] {
  if (caught.length === 0) return 'some';
  const every = caught.filter(({classes}) => isEveryError(classes));
  if (every.length === 0) return caught.some(each => isTested(each, head, module)) ? 'unknown' : 'some';
  if (every.some(each => isTested(each, head, module)) || hasStatusExit(every, module)) return 'unknown';
  const isNarrowed = every.every(({within: {handlers}, handler}) =>
    handlers.some(other => ending.includes(other) && other.keyword.from < handler.keyword.from),
  );
  return isNarrowed ? 'some' : 'every';
}

/** Whether a handler asks more than how often it was tried. */
export function isTested({handler, trial}: Caught, head: Head, module: PythonModule): boolean {
  const {body, name} = handler;
  const counters = countersOf(head, module);
  if (trial.exits.some(({test}) => test !== undefined && contains(body, test) && !isCounting(test, counters, module)))
    return true;
  const error = name && module.textOf(name);
  return within(body).some(node => {
    if (node.name === 'IfStatement') {
      const test = node.firstChild?.nextSibling;
      return test != null && !isCounting(test, counters, module) && matters(node, module);
    }
    // What is done with the error may be to raise it.
    if (node.name !== 'CallExpression' || isQuiet(node, module) || isSleep(node, module) || error === undefined)
      return false;
    if (around(node, ['RaiseStatement', 'Body'])?.name === 'RaiseStatement') return false;
    const list = node.getChild('ArgList');
    return (
      list !== null && new RegExp(`(?<![\\w.'"])${error}(?![\\w'"(])`).test(module.textOf(list)) && !isLog(node, module)
    );
  });
}

const isLog = (call: SyntaxNode, module: PythonModule): boolean =>
  /(?:log|print|report|record|capture|notify|trace|emit|warn|error|telemetry|status|output|append|add_event)\w*$/i.test(
    module.textOf(call.firstChild ?? call),
  );

/** Whether a branch decides how it goes on. */
const matters = (statement: SyntaxNode, module: PythonModule): boolean =>
  within(statement).some(node => /^(?:Raise|Return|Break|Continue)Statement$/.test(node.name) || isSleep(node, module));

/** The variable of the loop, and the names that are counted in it. */
export function countersOf(head: Head, module: PythonModule): ReadonlySet<string> {
  const counted = within(head.body)
    .filter(({name}) => name === 'UpdateStatement')
    .flatMap(({firstChild}) => (firstChild === null ? [] : [module.textOf(firstChild)]));
  return new Set([...counted, ...(head.variable === undefined ? [] : [module.textOf(head.variable)])]);
}

const COUNTS = /(?:attempt|retr(?:y|ies)|tries|trial|max|limit|last|num|count|total|deadline|elapsed|time)/i;

function isCounting(test: SyntaxNode, counters: ReadonlySet<string>, module: PythonModule): boolean {
  const text = module.textOf(test);
  if (/isinstance|status|code\b|str\(|retryable|should_|is_retr|transient|response|\bin\b|\.get\(|hasattr/.test(text))
    return false;
  const names = [test, ...within(test)].filter(
    ({name, parent}) =>
      name === 'VariableName' && !(parent?.name === 'CallExpression' && parent.firstChild?.from === test.from),
  );
  return names.every(node => {
    let outer = node;
    while (outer.parent?.name === 'MemberExpression') outer = outer.parent;
    const whole = module.textOf(outer);
    return counters.has(module.textOf(node)) || counters.has(whole) || COUNTS.test(whole) || isNumber(node, module);
  });
}

const isNumber = (node: SyntaxNode, module: PythonModule): boolean =>
  typeof module.constantOf(node)?.value === 'number';

/** `if response.status_code == 404: return None`: what cannot change is not tried again. */
const hasStatusExit = (every: readonly Caught[], module: PythonModule): boolean =>
  every.some(({within: {body}}) =>
    ownNodes(body).some(
      node =>
        node.name === 'IfStatement' &&
        STATUS.test(module.textOf(node.firstChild?.nextSibling ?? node)) &&
        /\b4\d\d\b/.test(module.textOf(node.firstChild?.nextSibling ?? node)) &&
        within(node).some(({name}) => name === 'ReturnStatement' || name === 'BreakStatement'),
    ),
  );

/** How to name the errors that pass, in the words of the library that is used. */
export function remedyOf(call: SyntaxNode, module: PythonModule): string {
  const name = call.firstChild === null ? undefined : module.names.nameOf(call.firstChild);
  const own = PASSING.find(([library]) => name !== undefined && library.test(name));
  const used = PASSING.filter(([library]) => module.names.modules.some(each => library.test(each)));
  return `except ${(own ?? (used.length === 1 ? used[0] : undefined))?.[1] ?? '(ConnectionError, TimeoutError)'}`;
}
