/** What a field has to be, in words: the clause after "must be". */

import {branchesOf, follow, kindOf, type Node, type Schema} from './node.ts';

export function expects(schema: Schema, node: Node): string {
  return listed([...new Set(choices(schema, node))]);
}

/** The same, and for a list, what each of its entries has to be, unless that is an object. */
export function accepts(schema: Schema, node: Node): string {
  const {items} = follow(schema, node);
  const each = items === undefined || branchesOf(schema, items).length > 0 ? '' : `, each ${expects(schema, items)}`;
  return expects(schema, node) + each;
}

/** What the `kind` of a branch has to be: that of any branch of its union, because `"expo"` does not say which branch was meant. */
export function expectedKinds(schema: Schema): ReadonlyMap<Node, string> {
  const expected = new Map<Node, string>();
  for (const node of Object.values(schema.definitions)) {
    const branches = branchesOf(schema, node).filter(branch => kindOf(branch) !== undefined);
    if (node.anyOf === undefined || branches.length < 2) continue;
    const kinds = listed(branches.map(branch => JSON.stringify(kindOf(branch))));
    for (const branch of branches) expected.set(branch.properties!.kind!, kinds);
  }
  return expected;
}

function choices(schema: Schema, node: Node): readonly string[] {
  const target = follow(schema, node);
  if (target['x-expects'] !== undefined) return [target['x-expects']];
  if (target.anyOf !== undefined) return target.anyOf.flatMap(branch => choices(schema, branch));
  if ('const' in target) return [JSON.stringify(target.const)];
  if (target.enum !== undefined) return target.enum.map(value => JSON.stringify(value));
  const types = typeof target.type === 'string' ? [target.type] : (target.type ?? []);
  return types.map(type => expectsOfType(type, target));
}

function expectsOfType(type: string, node: Node): string {
  switch (type) {
    case 'integer':
      return `a whole number${bounds(node)}`;
    case 'number':
      return `a number${bounds(node)}`;
    case 'string':
      return node.maxLength === undefined
        ? 'a text that is not empty'
        : `a text of ${node.minLength ?? 0} to ${node.maxLength} characters`;
    case 'array':
      if (node.maxItems === undefined) return 'a list';
      return node.minItems === undefined
        ? `a list of at most ${node.maxItems} entries`
        : `a list of ${node.minItems} to ${node.maxItems} entries`;
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'an object';
    default:
      return type;
  }
}

/** 2^53 − 1 bounds what a number can count, not what anyone would write: it is left unsaid. */
function bounds({minimum, maximum, exclusiveMinimum, exclusiveMaximum}: Node): string {
  const top = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && top !== undefined) return ` from ${minimum} to ${top}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  const lower = exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`];
  const upper =
    top !== undefined ? [`at most ${top}`] : exclusiveMaximum !== undefined ? [`below ${exclusiveMaximum}`] : [];
  const both = [...lower, ...upper];
  return both.length === 0 ? '' : ` ${both.join(' and ')}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
