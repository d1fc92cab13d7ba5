/** Emits src/policy/words.ts: what each field expects, and which fields each object has, for messages about what is wrong. */

import {source} from './defaults.ts';
import {banner, branchesOf, follow, kindOf, type Node, type Schema} from './node.ts';

export function emitWords(schema: Schema): string {
  const collector = new WordCollector(schema);
  collector.object('policy', '', schema);
  collector.object('route', '', schema.definitions.route as Node);
  collector.object('call', '', schema.definitions.callOverrides as Node);
  return `// ${banner}
// biome-ignore-all format: laid out by its generator

/** What a field has to be, by its path; routes share the words of the policy, and "call." marks where an override differs. */
export const expectations: Readonly<Record<string, string>> = ${source(collector.expectations, 0)};

/** The fields of each object: "policy", "route", "call", a path, or a path with a kind. */
export const fieldsOf: Readonly<Record<string, readonly string[]>> = ${source(collector.fields, 0)};

/** The parts that come in kinds. */
export const kindsOf: Readonly<Record<string, readonly string[]>> = ${source(collector.kinds, 0)};
`;
}

class WordCollector {
  readonly expectations: Record<string, string> = {};
  readonly fields: Record<string, string[]> = {};
  readonly kinds: Record<string, string[]> = {};
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  object(owner: string, path: string, node: Node): void {
    this.fields[owner] = Object.keys(node.properties ?? {});
    for (const [key, field] of Object.entries(node.properties ?? {}))
      this.#field(owner, path === '' ? key : `${path}.${key}`, field);
  }

  #field(owner: string, path: string, node: Node): void {
    if (path.endsWith('.kind')) return;
    this.#note(owner, path, node);
    const target = follow(this.#schema, node);
    for (const list of [target, ...(target.anyOf ?? [])])
      if (list.items !== undefined) this.#field(owner, `${path}[]`, list.items);
    if (path === 'routes[]') return;
    const branches = branchesOf(this.#schema, target);
    const kinds = branches.map(kindOf).filter(kind => kind !== undefined);
    if (kinds.length > 0) this.kinds[path] = kinds;
    if (kinds.length > 0) this.expectations[`${path}.kind`] = listed(kinds.map(kind => `"${kind}"`));
    for (const branch of branches) this.object(kinds.length > 0 ? `${path}:${kindOf(branch)}` : path, path, branch);
  }

  /** One path means one thing, in every kind and in routes; only the overrides of a call may narrow it. */
  #note(owner: string, path: string, node: Node): void {
    const words = expects(this.#schema, node);
    const known = this.expectations[path];
    if (known === undefined) this.expectations[path] = words;
    else if (known !== words && owner === 'call') this.expectations[`call.${path}`] = words;
    else if (known !== words)
      throw new Error(`${path} expects both "${known}" and "${words}": messages need one of them.`);
  }
}

/** The clause after "must be". */
export function expects(schema: Schema, node: Node): string {
  return listed([...new Set(choices(schema, node))]);
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
