/**
 * The semantic conventions as OpenTelemetry publishes them: the declarations of its npm package, with the marks that only their
 * docstrings have. No table of ours is asked whether a name exists.
 */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

export interface Declared {
  readonly kind: 'attribute' | 'metric' | 'event';
  /** What replaces it, in the words of the conventions; undefined for a name that is in force. */
  readonly deprecated: string | undefined;
  readonly isExperimental: boolean;
  /** As written: a text, a number, or a list. */
  readonly examples: readonly string[];
  /** The values that the conventions know; empty where there is no list of them. */
  readonly values: readonly string[];
}

const require = createRequire(import.meta.url);
const entry = require.resolve('@opentelemetry/semantic-conventions');

/** The version of the installed package. */
export const PACKAGE_VERSION: string = require(join(dirname(entry), '..', 'package.json')).version;

const FILES = [
  'stable_attributes',
  'experimental_attributes',
  'stable_metrics',
  'experimental_metrics',
  'stable_events',
  'experimental_events',
];
const CONSTANT =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*declare const (\w+): (?:"([^"]*)"|\(key: string\) => string|-?\d+|true|false);/g;
const KINDS = {ATTR: 'attribute', METRIC: 'metric', EVENT: 'event'} as const;

/** A template, such as `http.request.header.<key>`, is declared under its prefix. */
const templates: Readonly<
  Record<string, (key: string) => string>
> = require('@opentelemetry/semantic-conventions/incubating');

function read(): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  const names = new Map<string, string>();
  const values = new Map<string, string[]>();
  for (const file of FILES) {
    const source = readFileSync(join(dirname(entry), `${file}.d.mts`), 'utf8');
    for (const [, comment = '', constant = '', text] of source.matchAll(CONSTANT)) {
      const kind = KINDS[constant.slice(0, constant.indexOf('_')) as keyof typeof KINDS];
      const owner = /^\s*\* Enum value .* for attribute \{@link (\w+)\}/m.exec(comment)?.[1];
      if (owner !== undefined && text !== undefined) values.set(owner, [...(values.get(owner) ?? []), text]);
      if (kind === undefined || owner !== undefined) continue;
      const name = text ?? templates[constant]!('');
      const deprecated = /@deprecated (.*)/.exec(comment)?.[1];
      // A name can be declared twice: by the deprecated constant of before, and by that in force.
      if (deprecated !== undefined && found.get(name)?.deprecated === undefined && found.has(name)) continue;
      const examples = Array.from(comment.matchAll(/@example (.*)/g), ([, example]) => example!.trim());
      names.set(name, constant);
      found.set(name, {kind, deprecated, isExperimental: comment.includes('@experimental'), examples, values: []});
    }
  }
  return new Map(
    Array.from(found, ([name, declared]) => [name, {...declared, values: values.get(names.get(name)!) ?? []}]),
  );
}

const declared = read();

export function declaredName(name: string): Declared | undefined {
  return declared.get(name) ?? declared.get(name.replace(/^(http\.(?:request|response)\.header\.).+/, '$1'));
}

/** The conventions name one value, and ask instrumentations for values of their own. */
const OPEN = new Set(['error.type']);

/**
 * Why a name, or a value of it, does not follow the conventions; null where it does. Names of our own are not asked about.
 *
 * @param value As it was exported. Undefined: only the name is checked.
 */
export function flaw(kind: Declared['kind'], name: string, value?: unknown): string | null {
  if (name.startsWith('steadfetch.')) return null;
  const found = declaredName(name);
  if (found?.kind !== kind) return `${name} is no ${kind} of the conventions ${PACKAGE_VERSION}`;
  if (found.deprecated !== undefined) return `${name} is deprecated: ${found.deprecated}`;
  if (value === undefined) return null;
  if (found.values.length > 0 && !OPEN.has(name) && !found.values.includes(String(value)))
    return `${name} is ${value}, which the conventions do not list`;
  return typeFlaw(name, value, found.examples);
}

/** Examples show the type: a list, or a text that is no number, or only numbers. `1.1` may be the text of a version. */
function typeFlaw(name: string, value: unknown, examples: readonly string[]): string | null {
  if (examples.length === 0) return null;
  const isList = examples.every(example => example.startsWith('['));
  if (isList !== Array.isArray(value)) return `${name} is ${isList ? 'no list' : 'a list'}: ${JSON.stringify(value)}`;
  if (isList) return (value as unknown[]).every(each => typeof each === 'string') ? null : `${name} lists no texts`;
  const isNumber = examples.every(example => example !== '' && Number.isFinite(Number(example)));
  if (!isNumber) return typeof value === 'string' ? null : `${name} is no text: ${value}`;
  return VERSIONS.has(name) === (typeof value === 'string') ? null : `${name} is a ${typeof value}: ${value}`;
}

/** Texts that look like numbers. */
const VERSIONS = new Set(['network.protocol.version']);
