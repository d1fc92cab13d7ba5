/** From a file to its policies. */

import type {Shape} from '../shape/shape.ts';
import type {Source} from '../source/tree.ts';
import {builtInDialects} from './built-in.ts';
import type {BuiltInDialect, Dialect, DialectSign, LateDialect} from './dialect.ts';
import {native} from './native.ts';
import type {Packages} from './python/packages.ts';
import {type DialectSettings, settingOf} from './settings.ts';

/** A policy of a file, and the language that it is written in. */
export interface FilePolicy {
  readonly dialect: Dialect;
  readonly shape: Shape;
}

/** The part of a configuration that decides which languages a file may be written in. */
export interface Languages {
  /** Asked first: one that knows a file has all of it. */
  readonly dialects?: readonly Dialect[];
  /** Default: those of this package. */
  readonly builtInDialects?: readonly BuiltInDialect[];
  /** Settings of single dialects, by name. */
  readonly dialectSettings?: DialectSettings;
  /** The versions of the libraries of a Python program. */
  readonly packages?: Packages;
}

interface Known {
  readonly languages: Languages;
  readonly policies: readonly FilePolicy[];
}

/** Shapes are kept as long as their source, so that a cache of sources is enough. */
const KNOWN = new WeakMap<Source, Known>();
const NATIVE = new WeakMap<Source, readonly FilePolicy[]>();
const DEFAULT: Languages = {};

/** Those that a run has met. */
const LOADED = new Map<LateDialect, Dialect>();

/** Loads the dialects that want a file. */
export async function loadDialects(source: Source, languages: Languages = DEFAULT): Promise<void> {
  for (const dialect of wantingIn(source, languages))
    if ('load' in dialect && !LOADED.has(dialect)) LOADED.set(dialect, await dialect.load());
}

/**
 * The policies of a file, in its order. The first of the configured dialects that knows the file has all of it. Otherwise each built-in dialect that knows the
 * file contributes, and a file that none of them knows is native. Those that are loaded late are to be loaded before, by `loadDialects`.
 */
export function policiesOf(source: Source, languages: Languages = DEFAULT): readonly FilePolicy[] {
  const known = KNOWN.get(source);
  if (known !== undefined && isSame(known.languages, languages)) return known.policies;
  const policies = read(source, languages);
  KNOWN.set(source, {languages, policies});
  return policies;
}

const isSame = (a: Languages, b: Languages): boolean =>
  a.dialects === b.dialects &&
  a.builtInDialects === b.builtInDialects &&
  a.dialectSettings === b.dialectSettings &&
  a.packages === b.packages;

/** The policies of a file as the client reads them, which knows no other language. */
export function nativePoliciesOf(source: Source): readonly FilePolicy[] {
  const policies = NATIVE.get(source) ?? policiesIn(source, native) ?? [];
  NATIVE.set(source, policies);
  return policies;
}

function read(source: Source, languages: Languages): readonly FilePolicy[] {
  for (const dialect of languages.dialects ?? []) {
    const found = policiesIn(source, dialect, languages.packages);
    if (found !== undefined) return found;
  }
  const found = wantingIn(source, languages)
    .map(dialect => ('load' in dialect ? LOADED.get(dialect) : dialect))
    .map(dialect => dialect && policiesIn(source, dialect, languages.packages))
    .filter(policies => policies !== undefined);
  if (found.length > 0) return found.flat().sort((a, b) => startOf(a) - startOf(b));
  return isWanted(native, source, languages) ? nativePoliciesOf(source) : [];
}

/** The language that a file without a policy was probably meant to be in. */
export const mainDialectOf = (source: Source, languages: Languages): DialectSign =>
  wantingIn(source, languages)[0] ?? native;

/** Asked for more than once in a run, and each time a search through the text. */
const WANTING = new WeakMap<Source, {readonly languages: Languages; readonly wanting: readonly BuiltInDialect[]}>();

function wantingIn(source: Source, languages: Languages): readonly BuiltInDialect[] {
  const known = WANTING.get(source);
  if (known !== undefined && isSame(known.languages, languages)) return known.wanting;
  const wanting = (languages.builtInDialects ?? builtInDialects).filter(dialect =>
    isWanted(dialect, source, languages),
  );
  WANTING.set(source, {languages, wanting});
  return wanting;
}

/** Whether a language that a file may be written in was not looked for. */
export const isPartlyOff = ({path, text}: Source, languages: Languages): boolean =>
  (languages.builtInDialects ?? builtInDialects).some(
    dialect => settingOf(dialect, path, languages.dialectSettings) === 'off' && dialect.wants(path, text),
  );

const isWanted = (dialect: DialectSign, {path, text}: Source, {dialectSettings}: Languages): boolean =>
  settingOf(dialect, path, dialectSettings) !== 'off' && dialect.wants(path, text);

const startOf = ({shape: {unit}}: FilePolicy): number => (unit.keySpan ?? unit.root.span).start;

const policiesIn = (source: Source, dialect: Dialect, packages?: Packages): FilePolicy[] | undefined =>
  dialect.unitsOf(source, packages)?.map(unit => ({dialect, shape: dialect.shapeOf(unit)}));
