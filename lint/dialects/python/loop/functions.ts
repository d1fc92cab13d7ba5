/** The functions of a file that its calls name, and their parameters. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';

/** The function that a name, or `self.name`, calls, if this file defines it once. */
export function definitionOf(callee: SyntaxNode, module: PythonModule): SyntaxNode | undefined {
  const text = module.textOf(callee);
  const word = /^(?:(?:self|cls)\.)?(\w+)$/.exec(text)?.[1];
  if (word === undefined) return undefined;
  const found = definitionsOf(callee, module).get(`${text.includes('.') ? '.' : ''}${word}`) ?? [];
  return found.length === 1 ? found[0] : undefined;
}

const KNOWN = new WeakMap<PythonModule, ReadonlyMap<string, readonly SyntaxNode[]>>();

/** By their names; those of methods begin with a dot. */
function definitionsOf(node: SyntaxNode, module: PythonModule): ReadonlyMap<string, readonly SyntaxNode[]> {
  const known = KNOWN.get(module);
  if (known !== undefined) return known;
  let root = node;
  while (root.parent !== null) root = root.parent;
  const found = new Map<string, SyntaxNode[]>();
  const visit = (at: SyntaxNode): void => {
    const isInClass = at.parent?.name === 'ClassDefinition' || at.parent?.parent?.name === 'ClassDefinition';
    for (const child of childrenOf(at)) {
      const name = child.name === 'FunctionDefinition' ? child.getChild('VariableName') : null;
      if (name !== null) {
        const key = `${isInClass ? '.' : ''}${module.textOf(name)}`;
        const equal = found.get(key);
        if (equal === undefined) found.set(key, [child]);
        else equal.push(child);
      }
      if (['Body', 'ClassDefinition', 'FunctionDefinition', 'DecoratedStatement', 'IfStatement'].includes(child.name))
        visit(child);
    }
  };
  visit(root);
  KNOWN.set(module, found);
  return found;
}

/** The parameters of a function, with their defaults. */
export function parametersOf(
  definition: SyntaxNode,
  module: PythonModule,
): {readonly name: string; readonly value: SyntaxNode | undefined; readonly type: string}[] {
  const list = definition.getChild('ParamList');
  const parts = list === null ? [] : childrenOf(list);
  return parts.flatMap((part, index) => {
    if (part.name !== 'VariableName' || parts[index - 1]?.name === 'AssignOp') return [];
    const after = parts.slice(index + 1, index + 4);
    const type = after[0]?.name === 'TypeDef' ? module.textOf(after[0]) : '';
    const [sign, value] = after.filter(({name}) => name !== 'TypeDef' && name !== 'Comment');
    return [{name: module.textOf(part), value: sign?.name === 'AssignOp' ? value : undefined, type}];
  });
}
