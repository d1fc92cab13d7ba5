/** The functions of a Python file, for calls that are followed into them. */

import type {PythonModule} from '../../../source/python/module.ts';
import {around, childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';

const KNOWN = new WeakMap<PythonModule, ReadonlyMap<string, readonly SyntaxNode[]>>();

/** The function of the file that a callee names: `call` at the top of the file, `self.call` of its class. Undefined where there are several. */
export function functionOf(callee: SyntaxNode, module: PythonModule): SyntaxNode | undefined {
  const [object, dot, property] = callee.name === 'MemberExpression' ? childrenOf(callee) : [];
  if (callee.name === 'VariableName') return only(callee, module.textOf(callee), undefined, module);
  if (object?.name !== 'VariableName' || dot?.name !== '.' || property === undefined) return undefined;
  const own = around(callee, ['ClassDefinition']);
  if (!['self', 'cls'].includes(module.textOf(object)) || own === undefined) return undefined;
  return only(callee, module.textOf(property), own, module);
}

function only(
  from: SyntaxNode,
  name: string,
  own: SyntaxNode | undefined,
  module: PythonModule,
): SyntaxNode | undefined {
  const found = functionsOf(from, module)
    .get(name)
    ?.filter(each => {
      const outer = around(each, ['ClassDefinition', 'FunctionDefinition']);
      if (own !== undefined) return outer?.name === 'ClassDefinition' && outer.from === own.from;
      // A function inside of another one is known there only.
      return (
        outer === undefined || (outer.name === 'FunctionDefinition' && outer.from <= from.from && from.to <= outer.to)
      );
    });
  return found?.length === 1 ? found[0] : undefined;
}

function functionsOf(node: SyntaxNode, module: PythonModule): ReadonlyMap<string, readonly SyntaxNode[]> {
  const known = KNOWN.get(module);
  if (known !== undefined) return known;
  let top = node;
  while (top.parent !== null) top = top.parent;
  const functions = new Map<string, SyntaxNode[]>();
  for (const each of nodesIn(top, ['FunctionDefinition'], [])) {
    const name = each.getChild('VariableName');
    if (name === null) continue;
    const word = module.textOf(name);
    const equal = functions.get(word);
    if (equal === undefined) functions.set(word, [each]);
    else equal.push(each);
  }
  KNOWN.set(module, functions);
  return functions;
}

/** The nodes of these kinds inside of a node, in the order of the text, without those inside of nodes of the kinds that are passed over. */
export function nodesIn(node: SyntaxNode, kinds: readonly string[], passed: readonly string[]): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const cursor = node.cursor();
  cursor.iterate(({name, node: at}) => {
    const isOuter = at.from === node.from && at.to === node.to && name === node.name;
    if (!isOuter && passed.includes(name)) return false;
    if (!isOuter && kinds.includes(name)) found.push(at);
    return undefined;
  });
  return found;
}

/** Definitions whose bodies run later, or never. */
export const LATER: readonly string[] = ['FunctionDefinition', 'ClassDefinition', 'LambdaExpression'];

/** What a function returns, where it returns in one place only. */
export function returnedBy(definition: SyntaxNode): SyntaxNode | undefined {
  const [first, ...others] = nodesIn(definition, ['ReturnStatement'], LATER);
  if (first === undefined || others.length > 0) return undefined;
  return childrenOf(first).find(({name}) => name !== 'return');
}

export const isGenerator = (definition: SyntaxNode): boolean =>
  nodesIn(definition, ['YieldStatement', 'YieldExpression'], LATER).length > 0;

export const isAsync = (definition: SyntaxNode): boolean => definition.getChild('async') !== null;
