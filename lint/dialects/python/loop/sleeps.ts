/** Which calls wait, and which do not. */

import type {PythonModule} from '../../../source/python/module.ts';
import {type Arguments, argumentsIn, type SyntaxNode} from '../../../source/python/syntax.ts';

/** The text of what is called: `self.client.get`. */
export const calleeText = (call: SyntaxNode, module: PythonModule): string =>
  call.firstChild === null ? '' : module.textOf(call.firstChild);

const SLEEPS = /^(?:time|asyncio|trio|anyio|gevent|eventlet|curio)\.sleep$/;

/** `time.sleep(…)`, `await asyncio.sleep(…)`, and `sleep(…)` of an import. */
export function isSleep(node: SyntaxNode, module: PythonModule): boolean {
  if (node.name !== 'CallExpression' || node.firstChild === null) return false;
  const text = calleeText(node, module);
  if (!/(?:^|\.)_?sleep$/.test(text)) return false;
  return SLEEPS.test(module.names.nameOf(node.firstChild) ?? text) || /^(?:\w+\.)?sleep$/.test(text);
}

/** How long, in seconds. */
export const sleptIn = (call: SyntaxNode, module: PythonModule): SyntaxNode | undefined =>
  argumentsOf(call, module).list[0]?.value;

/** A helper or a limiter that may wait. */
export const mayWait = (node: SyntaxNode, module: PythonModule): boolean =>
  /(?:wait|sleep|delay|back_?off|throttl|limit|pause|acquire|cool)/i.test(
    calleeText(node, module).replace(/^.*\./, ''),
  ) && !/^(?:log|logger|logging|print|warnings|metrics?|console|self\.log(?:ger)?)\b/i.test(calleeText(node, module));

const QUIET =
  /^(?:print|str|repr|int|float|len|min|max|round|type|isinstance|hasattr|getattr|dict|list|set|tuple|format|sum|any|all|bool|range|super|id|abs|pow)$|(?:^|\.)(?:log|debug|info|warning|warn|error|exception|critical|write|format|append|extend|get|keys|values|items|strip|lower|upper|join|split|startswith|endswith|print|echo|secho|time|monotonic|perf_counter|now|utcnow|random|uniform|randint|choice|format_exc|print_exc|isoformat|text|json|inc|increment|observe|labels|add|update|copy|pop|encode|decode|replace)$|^(?:logger|logging|log|random|math|traceback|st|console|warnings)\.|[Ee]rror$|[Ee]xception$/;

/** Texts, logs and numbers: calls that surely do not wait. */
export const isQuiet = (node: SyntaxNode, module: PythonModule): boolean => QUIET.test(calleeText(node, module));

export function argumentsOf(call: SyntaxNode, module: PythonModule): Arguments {
  const list = call.getChild('ArgList');
  return list === null ? {list: [], isOpen: false} : argumentsIn(list, module.text);
}
