/** Names that other retry libraries use, as the client knows them and as the published schema does. */

import {source} from './defaults.ts';
import {bannerOf, branchesOf, type Node, type Schema} from './node.ts';

export interface Alias {
  /** The field of ours, with the part that it is in: `backoff.baseMs`. */
  readonly field: string;
  /** What it is about. */
  readonly note: string;
  /** In words: `max-retries` stands for maxRetries, max_retries and the like. */
  readonly names: readonly string[];
}

/** src/policy/aliases.ts: without hyphens, in a form that costs a bundle little. */
export function emitAliases(aliases: readonly Alias[]): string {
  const rows = aliases.map(
    ({field, note, names}) =>
      `  [${source(field, 0)}, ${source(note, 0)}, ${source(names.join(' ').replaceAll('-', ''), 0)}],`,
  );
  return `// ${bannerOf('schema/source/aliases.json')}
// biome-ignore-all format: laid out by its generator

/**
 * Names that other retry libraries use, without case, hyphens and underscores. To the left the field of ours, and what it is about.
 */
export const ALIASES: readonly (readonly [field: string, note: string, names: string])[] = [
${rows.join('\n')}
];
`;
}

/** An object of the policy, and what messages call it: '' for the policy and a route, else `backoff`. */
export type Parts = ReadonlyMap<Node, string>;

export function partsOf(schema: Schema): Parts {
  const {route} = schema.definitions;
  const parts = new Map<Node, string>([
    [schema, ''],
    [route as Node, ''],
  ]);
  const walk = (object: Node): void => {
    for (const [name, node] of Object.entries(object.properties ?? {})) {
      for (const branch of branchesOf(schema, node)) {
        if (parts.has(branch)) continue;
        const outer = parts.get(object);
        parts.set(branch, outer === '' ? name : `${outer}.${name}`);
        walk(branch);
      }
    }
  };
  for (const object of [...parts.keys()]) walk(object);
  return parts;
}

/** Schemas of the fields that an object does not have and another library, or another part of the policy, does. */
export function strangersOf(
  schema: Schema,
  object: Node,
  part: string,
  aliases: readonly Alias[],
): Record<string, object> {
  const own = Object.keys(object.properties ?? {});
  // A field of another kind is no slip: the kind is what has to be named.
  const ofKinds = branchesOf(schema, schema.properties[part] ?? {}).flatMap(({properties = {}}) =>
    Object.keys(properties),
  );
  const known = aliases.flatMap(({field, note, names: all}) => {
    const names = all.filter(name => !ofKinds.includes(camelCase(name)));
    const ours = fieldBelow(field, own, part);
    if (ours === undefined || names.length === 0) return [];
    const use = `Use ${ours}${note === '' ? '' : `, ${note}`}`;
    if (!note.endsWith('too')) return [[anyName(names), refusal(`${use}.`)] as const];
    return names.map(name => [anyName([name]), refusal(`${use}: ${camelCase(name)} 2 is maxAttempts 3.`)] as const);
  });
  return Object.fromEntries([...known, ...homesOf(schema, own, part)]);
}

/** Fields of another part of the policy. */
function homesOf(schema: Schema, own: readonly string[], part: string): [string, object][] {
  const top = Object.keys(schema.properties).filter(name => /^[a-z]/.test(name));
  const above = top.filter(name => !own.includes(name));
  const misplaced: [string, object][] =
    above.length === 0 ? [] : [[`^(?:${above.join('|')})$`, refusal('It belongs at the top of the policy.')]];
  if (part !== '') return misplaced;
  const homes = new Map<string, string[]>();
  for (const name of top) {
    for (const {properties = {}} of branchesOf(schema, schema.properties[name] as Node))
      for (const field of Object.keys(properties))
        if (!top.includes(field) && !own.includes(field) && field !== 'kind')
          homes.set(field, [...new Set([...(homes.get(field) ?? []), name])]);
  }
  const byHome = Map.groupBy(homes, ([, names]) => names.join(' or '));
  return [
    ...misplaced,
    ...[...byHome].map(([home, fields]): [string, object] => [
      `^(?:${fields.map(([field]) => field).join('|')})$`,
      refusal(`It belongs in ${home}.`),
    ]),
  ];
}

/** Nothing fits: editors show the message at the value. */
const refusal = (errorMessage: string): object => ({not: {}, errorMessage});

/** The field as someone inside the object would write it, if it can be written there. */
function fieldBelow(to: string, own: readonly string[], part: string): string | undefined {
  const [first = '', field] = to.split('.');
  if (part === '' || field === undefined) return own.includes(first) ? to : undefined;
  return first === part && own.includes(field) ? field : undefined;
}

/** Each name in camel case, in snake case and with hyphens. */
const anyName = (names: readonly string[]): string => `^(?:${names.map(anyCase).join('|')})$`;

const anyCase = (name: string): string =>
  name
    .split('-')
    .map(word => `[${word[0]}${word[0]?.toUpperCase()}]${word.slice(1)}`)
    .join('[-_]?');

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
