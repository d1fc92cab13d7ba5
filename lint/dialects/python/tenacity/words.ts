/** Names and numbers in the arguments of tenacity. */

import type {PythonModule} from '../../../source/python/module.ts';
import type {SyntaxNode} from '../../../source/python/syntax.ts';

/** `stop_after_attempt` of `tenacity.stop.stop_after_attempt`. */
export const wordOf = (name: string | undefined): string =>
  name?.startsWith('tenacity.') ? name.slice(name.lastIndexOf('.') + 1) : '';

export function numberOf(node: SyntaxNode, module: PythonModule): number | undefined {
  const value = module.constantOf(node)?.value;
  return typeof value === 'number' ? value : undefined;
}
