/**
 * Emits the published schemas: what is written in schema/source, as editors read it.
 *
 * - A hover shows `markdownDescription`, which has the unit, the values, the default and the source of a field.
 * - Completion offers values with their meaning, and whole objects with their defaults.
 * - A wrong value, and a field of another library, get the words that the client has for them.
 *
 * Words for the other emitters (`x-…`) are left out.
 */

import {type Alias, partsOf, strangersOf} from './aliases.ts';
import {markdownOf} from './markdown.ts';
import {bannerOf, branchesOf, defaultsOf, type Node, type Schema, type Suggestion} from './node.ts';
import {type Preset, summaryOf} from './presets.ts';
import {accepts, expectedKinds} from './words.ts';

export interface EditorWords {
  readonly presets: readonly Preset[];
  readonly aliases: readonly Alias[];
}

/** @param path Where the schema is written. */
export function emitEditor(schema: Schema, path: string, words: EditorWords): string {
  const {$schema, $id, ...rest} = new EditorSchema(schema, words).node(schema) as Schema;
  return `${JSON.stringify({$schema, $id, $comment: bannerOf(path), ...rest}, null, 1)}\n`; // The package has the file.
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const OF_SCHEMA: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
const OF_SCHEMAS: ReadonlySet<string> = new Set(['anyOf', 'allOf', 'properties', 'patternProperties', 'definitions']);

class EditorSchema {
  readonly #schema: Schema;
  readonly #words: EditorWords;
  readonly #parts: ReadonlyMap<Node, string>;
  readonly #kinds: ReadonlyMap<Node, string>;

  constructor(schema: Schema, words: EditorWords) {
    this.#schema = schema;
    this.#words = words;
    this.#parts = words.aliases.length === 0 ? new Map() : partsOf(schema);
    this.#kinds = expectedKinds(schema);
  }

  /** @param expected What the whole of a union has to be, for its branches. */
  node(node: Node, expected?: string): Node {
    const {description, enum: values, enumDescriptions} = node;
    if (values !== undefined && values.length !== enumDescriptions?.length)
      throw new Error(`Each value of ${JSON.stringify(values)} needs one of enumDescriptions.`);
    const must = this.#isLeaf(node)
      ? (expected ?? `Must be ${this.#kinds.get(node) ?? accepts(this.#schema, node)}.`)
      : undefined;
    const entries = Object.entries(node)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, value]) => [key, this.#value(key, value, must)] as const);
    const completed = {
      ...Object.fromEntries(entries),
      ...(description === undefined ? {} : {markdownDescription: markdownOf(this.#schema, node, description)}),
      ...(must === undefined || node.anyOf !== undefined || node.allOf !== undefined ? {} : {errorMessage: must}),
      ...this.#snippets(node),
      ...this.#strangers(node),
    };
    return withSuggestions(completed, this.#suggestionsOf(node));
  }

  #value(key: string, value: unknown, expected: string | undefined): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (OF_SCHEMA.has(key)) return this.node(value);
    if (!OF_SCHEMAS.has(key)) return value;
    // Of alternatives that fail VS Code shows the message of the first, and in place of an enumeration's it lists the values.
    if (Array.isArray(value)) {
      const branches: readonly Node[] = value.toSorted((a: Node, b: Node) => Number('enum' in a) - Number('enum' in b));
      return branches.map(branch => this.node(branch, expected));
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]: [string, Node]) => [name, this.node(each)]));
  }

  /** Not an object: of those a message would take the place of the one that names a field. */
  #isLeaf(node: Node): boolean {
    const isValue = ['const', 'enum', 'type', 'anyOf', 'allOf'].some(key => key in node);
    return isValue && node.type !== 'object' && branchesOf(this.#schema, node).length === 0;
  }

  /** An object with its defaults, where nothing else is written for it. */
  #snippets(node: Node): Pick<Node, 'defaultSnippets'> {
    if (node.defaultSnippets !== undefined || node.properties === undefined || !this.#parts.get(node)) return {};
    const body = defaultsOf(this.#schema, node);
    if (Object.keys(body).length === 0) return {};
    return {defaultSnippets: [{label: node.title ?? '', description: node.description ?? '', body}]};
  }

  #strangers(node: Node): Pick<Node, 'patternProperties'> {
    const part = this.#parts.get(node);
    if (part === undefined) return {};
    const strangers = strangersOf(this.#schema, node, part, this.#words.aliases);
    return {patternProperties: {...node.patternProperties, ...strangers}};
  }

  #suggestionsOf(node: Node): readonly Suggestion[] {
    const names = node['x-presets'] ?? [];
    const presets = this.#words.presets.filter(({name}) => names.includes(`steadfetch:${name}`));
    return node['x-suggest'] ?? presets.map(preset => [`steadfetch:${preset.name}`, summaryOf(preset)]);
  }
}

/** Any value of the node still fits; those that are suggested have a meaning. */
function withSuggestions(node: Node, suggestions: readonly Suggestion[]): Node {
  if (suggestions.length === 0) return node;
  const known = {
    enum: suggestions.map(([value]) => value),
    enumDescriptions: suggestions.map(([, meaning]) => meaning),
  };
  const isAbout = ([key]: [string, unknown]): boolean =>
    /^(?:description|markdownDescription|examples|default)$/.test(key);
  const entries = Object.entries(node);
  const rest = Object.fromEntries(entries.filter(entry => !isAbout(entry)));
  return {...Object.fromEntries(entries.filter(isAbout)), anyOf: [rest, known]};
}
