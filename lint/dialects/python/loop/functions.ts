/** The parameters of a function. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';

/** With their defaults. */
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
