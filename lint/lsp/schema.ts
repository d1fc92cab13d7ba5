/** The fields of a policy, as the published schema describes them to editors. */

import schema from '../../schema/policy.schema.json' with {type: 'json'};

/** The keywords that the server reads. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
}

const root: SchemaNode = schema as SchemaNode;
const definitions = schema.definitions as Readonly<Record<string, SchemaNode>>;

/**
 * @param path  The path of a field: `routes[0].backoff.jitter`; '' for the policy.
 * @param value The policy as it is written. Its `kind`s decide between alternatives.
 * @returns undefined if the schema has no such field.
 */
export function schemaAt(path: string, value: unknown): SchemaNode | undefined {
  let [node, at]: [SchemaNode | undefined, unknown] = [root, value];
  for (const [, key, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    if (node === undefined) return undefined;
    const parents: readonly SchemaNode[] = alternativesOf(node, at);
    node = parents
      .map(({properties = {}, items}) =>
        index !== undefined ? items : Object.hasOwn(properties, key!) ? properties[key!] : undefined,
      )
      .find(child => child !== undefined);
    at = partOf(at, index ?? key!);
  }
  return node;
}

/** The node, or its alternatives; of several kinds of object only the one that the value is of, if it says so. */
export function alternativesOf(node: SchemaNode, value?: unknown): readonly SchemaNode[] {
  const target = resolved(node);
  if (target.anyOf === undefined) return [target];
  const all = target.anyOf.flatMap(each => alternativesOf(each, value));
  const kind = partOf(value, 'kind');
  const ofKind = all.filter(({properties}) => kind !== undefined && properties?.kind?.const === kind);
  return ofKind.length > 0 ? ofKind : all;
}

export const descriptionOf = (node: SchemaNode): string | undefined => resolved(node).markdownDescription;

/** The definition that a node refers to, or the node itself. */
export const resolved = (node: SchemaNode): SchemaNode =>
  node.$ref === undefined ? node : resolved(definitions[node.$ref.replace('#/definitions/', '')]!);

function partOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
