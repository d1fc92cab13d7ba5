/**
 * The subset of JSON Schema that the policy schema uses, and the four questions every emitter asks of it.
 *
 * The subset: $ref into definitions, allOf with one entry (a $ref with a default of its own), anyOf, const, enum, type,
 * objects, arrays, bounds. No recursion.
 */

export interface Node {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly errorMessage?: string;
  readonly examples?: readonly unknown[];
  readonly defaultSnippets?: readonly Snippet[];
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
  readonly anyOf?: readonly Node[];
  readonly allOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly 'x-type'?: string;
  readonly 'x-unit'?: string;
  readonly 'x-source'?: string;
  readonly 'x-expects'?: string;
  readonly 'x-presets'?: readonly string[];
  readonly 'x-suggest'?: readonly Suggestion[];
}

/** A value that completion offers, and what it means. */
export type Suggestion = readonly [value: unknown, meaning: string];

export interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: unknown;
}

export interface Schema extends Node {
  readonly $schema: string;
  readonly $id: string;
  readonly properties: Readonly<Record<string, Node>>;
  readonly definitions: Readonly<Record<string, Node>>;
}

/** First line of every generated file. */
export const bannerOf = (path: string): string => `Generated from ${path} by schema/generate.ts. Do not edit.`;

export const POLICY_BANNER: string = bannerOf('schema/source/policy.schema.json');
export const SCENARIO_BANNER: string = bannerOf('schema/source/scenario.schema.json');

export const definitionName = (node: Node): string | undefined => node.$ref?.replace('#/definitions/', '');

/** The node with its `$ref` resolved, and with the keywords beside an `allOf`, or the description beside a `$ref`, merged over it. */
export function follow(schema: Schema, node: Node): Node {
  const name = definitionName(node);
  if (name !== undefined) {
    const target = schema.definitions[name];
    if (target === undefined) throw new Error(`The schema refers to ${name}, which it does not define.`);
    const {description} = node;
    const followed = follow(schema, target);
    return description === undefined ? followed : {...followed, description};
  }
  if (node.allOf === undefined) return node;
  const [only, ...others] = node.allOf;
  if (only === undefined || others.length > 0) throw new Error('The emitters know allOf with one entry only.');
  const {allOf: _, ...beside} = node;
  return {...follow(schema, only), ...beside};
}

/** The default of a field: its own, else that of its first branch, else the defaults of its fields, if any has one. */
export function defaultOf(schema: Schema, node: Node): unknown {
  const target = follow(schema, node);
  if ('default' in target) return target.default;
  if (target.anyOf?.[0] !== undefined) return defaultOf(schema, target.anyOf[0]);
  const fields = defaultsOf(schema, target);
  return Object.keys(fields).length === 0 ? undefined : fields;
}

/** The defaults of an object's fields, without the fields that have none. */
export function defaultsOf(schema: Schema, object: Node): Record<string, unknown> {
  const fields = Object.entries(object.properties ?? {}).map(([key, node]) => [key, defaultOf(schema, node)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** The object branches of a field: one for a plain part, several for a union by kind, none for a scalar. */
export function branchesOf(schema: Schema, node: Node): readonly Node[] {
  const target = follow(schema, node);
  if (target.properties !== undefined) return [target];
  return (target.anyOf ?? []).flatMap(branch => branchesOf(schema, branch));
}

export const kindOf = (branch: Node): string | undefined => branch.properties?.kind?.const as string | undefined;
