/** Every leaf of the policy's schema, and every form it may take: walked, so that a field without a case is found. */
import schema from '../../schema/source/policy.schema.json' with {type: 'json'};
import {isObject} from './harness.ts';

export interface Leaf {
  /** `backoff(linear).stepMs`: the kind in brackets, where an object has several. `retryOn[]`: the entries of a list. */
  readonly path: string;
  /** `integer`, `null`, `object`, or one value of an enumeration as JSON. */
  readonly forms: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;

/** Names of the definitions that the walk visited. */
export const visited: Set<string> = new Set();

export const definitions: readonly string[] = Object.keys(schema.definitions);

export const leavesOfPolicy = (): Leaf[] => leavesOf(schema);
export const leavesOfRoute = (): Leaf[] => leavesOf(resolve({$ref: '#/definitions/route'}));
export const leavesOfCall = (): Leaf[] => leavesOf(resolve({$ref: '#/definitions/callOverrides'}));

function leavesOf(node: Node): Leaf[] {
  return Object.entries(node.properties as Record<string, Node>).flatMap(([name, child]) => walk(child, name));
}

function walk(written: Node, path: string): Leaf[] {
  const branches = branchesOf(resolve(written));
  const objects = branches.filter(({type}) => type === 'object');
  const own: Leaf[] =
    (branches.length === 1 && objects.length === 0) || branches.length > objects.length
      ? [{path, forms: branches.flatMap(formsOf)}]
      : [];
  const items = branches.flatMap(({items}) => (items === undefined ? [] : walk(items as Node, `${path}[]`)));
  const kinds = objects.length < 2 ? [] : [{path: `${path}.kind`, forms: objects.map(kindOf)}];
  const fields = objects.flatMap(object => {
    const place = objects.length < 2 ? path : `${path}(${JSON.parse(kindOf(object))})`;
    return Object.entries((object.properties ?? {}) as Record<string, Node>)
      .filter(([name]) => objects.length < 2 || name !== 'kind')
      .flatMap(([name, child]) => walk(child, `${place}.${name}`));
  });
  return [...own.map(leaf => ({...leaf, forms: [...new Set(leaf.forms)]})), ...items, ...kinds, ...fields];
}

/** The alternatives of a schema, unions inside unions laid flat, and each type of a list of types by itself. */
function branchesOf(node: Node): Node[] {
  if (Array.isArray(node.anyOf)) return node.anyOf.flatMap((each: Node) => branchesOf(resolve(each)));
  if (Array.isArray(node.type)) return node.type.map((type: string) => ({...node, type}));
  return [node];
}

function formsOf(node: Node): string[] {
  if (node.const !== undefined) return [JSON.stringify(node.const)];
  if (Array.isArray(node.enum)) return node.enum.map(value => JSON.stringify(value));
  if (node.type === 'boolean') return ['true', 'false'];
  if (typeof node.type !== 'string') throw new Error(`A schema without a type: ${JSON.stringify(node)}`);
  return [node.type];
}

const kindOf = (object: Node): string => JSON.stringify((object.properties as {kind: {const: string}}).kind.const);

function resolve(node: Node): Node {
  const {$ref, allOf, ...rest} = node as {$ref?: string; allOf?: Node[]};
  if ($ref !== undefined) {
    const name = $ref.replace('#/definitions/', '');
    visited.add(name);
    return resolve((schema.definitions as Record<string, Node>)[name]!);
  }
  return allOf === undefined ? node : {...resolve(allOf[0]!), ...rest};
}

/** The forms of a leaf that a value takes; none for what is not there. */
export function formOf(value: unknown, {forms}: Leaf): string[] {
  const words = [JSON.stringify(value), Number.isInteger(value) ? 'integer' : '', typeof value, typeWord(value)];
  return value === undefined ? [] : forms.filter(form => words.includes(form));
}

const typeWord = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** What stands at a path: entries of lists one by one. */
export function valuesAt(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const step of path.replaceAll(/\([^)]*\)/g, '').split('.')) {
    const name = step.replace('[]', '');
    found = found.flatMap(each => (isObject(each) && name in each ? [each[name]] : []));
    if (step.endsWith('[]')) found = found.flatMap(each => (Array.isArray(each) ? each : []));
  }
  return found;
}
