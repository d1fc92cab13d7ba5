/** The fields of a policy, as the published schema describes them to editors. */

/** The keywords that the server reads. References are followed already. */
export interface SchemaNode {
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

let loaded: Promise<SchemaNode> | undefined;

/** The schema of a policy. Loaded when it is first used: an editor with the schema never uses it. */
export function policySchema(): Promise<SchemaNode> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<SchemaNode> {
  const {default: schema} = await import('../../schema/policy.schema.json', {with: {type: 'json'}});
  return new References(schema.definitions).follow(schema) as SchemaNode;
}

/** Replaces references by the definitions that they name. No definition contains itself. */
class References {
  readonly #definitions: Readonly<Record<string, unknown>>;
  readonly #followed = new Map<string, unknown>();

  constructor(definitions: Readonly<Record<string, unknown>>) {
    this.#definitions = definitions;
  }

  follow(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(each => this.follow(each));
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value) return this.#definition(String(value.$ref).replace('#/definitions/', ''));
    return Object.fromEntries(
      Object.entries(value)
        .filter(([keyword]) => keyword !== 'definitions')
        .map(([keyword, child]) => [keyword, this.follow(child)]),
    );
  }

  #definition(name: string): unknown {
    const known = this.#followed.get(name) ?? this.follow(this.#definitions[name]);
    this.#followed.set(name, known);
    return known;
  }
}

/**
 * The node of a field.
 *
 * @param path  The path of the field: `routes[0].backoff.jitter`; '' for the policy.
 * @param value The policy as it is written. Its `kind`s decide between alternatives.
 * @returns undefined if the schema has no such field.
 */
export function schemaAt(schema: SchemaNode, path: string, value: unknown): SchemaNode | undefined {
  let [node, at]: [SchemaNode | undefined, unknown] = [schema, value];
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
  if (node.anyOf === undefined) return [node];
  const all = node.anyOf.flatMap(each => alternativesOf(each, value));
  const kind = partOf(value, 'kind');
  const ofKind = all.filter(({properties}) => kind !== undefined && properties?.kind?.const === kind);
  return ofKind.length > 0 ? ofKind : all;
}

function partOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
