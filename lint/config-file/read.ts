/** Finds configurations and reads them, each once in a run. */

import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {CliError, whyNot} from '../io/cli-error.ts';
import {shownPath} from '../io/paths.ts';
import {readRegularFile} from '../io/regular-file.ts';
import {isRepository} from '../io/repository.ts';
import type {Rule} from '../rule.ts';
import {rules as builtIn} from '../rules/index.ts';
import {readJson} from '../source/json.ts';
import {Lines} from '../source/lines.ts';
import {nearestPlace, type Places, placesOf, spanToShow} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import type {Source} from '../source/tree.ts';
import {documentsOf} from '../source/unit.ts';
import {type ConfigProblem, checkConfigFile, checkRuleNames} from './check.ts';
import {type ConfigFile, configNames} from './config-file.ts';
import {loadPlugin} from './plugins.ts';

/** A configuration, ready for use. */
export interface Loaded {
  /** For messages, relative to where the command runs. */
  readonly path: string;
  /** Where its globs and paths begin. Absolute. */
  readonly folder: string;
  readonly file: ConfigFile;
  readonly plugins: readonly Rule[];
}

export class ConfigReader {
  readonly #cwd: string;
  readonly #onRead: (file: string) => void;
  readonly #byFile = new Map<string, Promise<Loaded>>();
  readonly #byFolder = new Map<string, string | undefined>();

  /** @param onRead Is told of each file before it is read or looked for: configurations, and their modules. Absolute. */
  constructor(cwd: string, onRead: (file: string) => void = () => {}) {
    this.#cwd = cwd;
    this.#onRead = onRead;
  }

  /** Every configuration that was read. Absolute. */
  get files(): readonly string[] {
    return [...this.#byFile.keys()];
  }

  /** The nearest configuration at or above a folder, within its repository. One applies; those further up are not mixed in. */
  async findFor(folder: string): Promise<Loaded | undefined> {
    const file = this.#find(folder);
    return file === undefined ? undefined : this.read(file);
  }

  /**
   * @param file Absolute.
   * @throws CliError with every slip in it, and where it is.
   */
  read(file: string): Promise<Loaded> {
    const loaded = this.#byFile.get(file) ?? load(file, this.#cwd, this.#onRead);
    this.#byFile.set(file, loaded);
    return loaded;
  }

  #find(folder: string): string | undefined {
    if (this.#byFolder.has(folder)) return this.#byFolder.get(folder);
    const candidates = configNames.map(name => join(folder, name));
    for (const file of candidates) this.#onRead(file);
    const [here, second] = candidates.filter(file => existsSync(file));
    if (here !== undefined && second !== undefined) {
      const [one, other] = [here, second].map(file => shownPath(this.#cwd, file));
      throw new CliError(`${one} and ${other} are both there, and one configuration applies: delete one of them.`);
    }
    const parent = dirname(folder);
    const isTop = parent === folder || isRepository(folder);
    const found = here ?? (isTop ? undefined : this.#find(parent));
    this.#byFolder.set(folder, found);
    return found;
  }
}

async function load(file: string, cwd: string, onRead: (file: string) => void): Promise<Loaded> {
  onRead(file);
  const path = shownPath(cwd, file);
  const source = readJson(path, readText(file, path));
  // A duplicate key would be a setting that does nothing.
  refuse(
    source,
    source.problems.map(({message, span}) => ({message, start: span.start})),
  );
  const [unit] = documentsOf(source);
  const value = unit === undefined ? {} : toValue(unit.root);
  const places: Places = unit === undefined ? new Map() : placesOf(unit);
  refuse(source, placed(places, checkConfigFile(value)));
  const config = value as ConfigFile;
  const folder = dirname(file);
  const plugins: Rule[] = [];
  for (const [index, name] of (config.plugins ?? []).entries()) {
    onRead(resolve(folder, name));
    const entry = `plugins[${index}]`;
    const what = `${positionIn(source, startOf(places, entry))}: ${entry}`;
    plugins.push(...(await loadPlugin(resolve(folder, name), what, cwd, folder)));
  }
  refuse(source, placed(places, checkRuleNames(config, namesOf([...builtIn, ...plugins]))));
  return {path, folder, file: config, plugins};
}

/** Codes and names in lower case, as they are compared. */
export const namesOf = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({code, name}) => [code.toLowerCase(), name.toLowerCase()]);

function readText(file: string, path: string): string {
  try {
    return readRegularFile(file);
  } catch (error) {
    throw new CliError(`The configuration ${path} ${whyNot(error)}.`);
  }
}

interface PlacedProblem {
  readonly message: string;
  readonly start: number;
}

function placed(places: Places, problems: readonly ConfigProblem[]): PlacedProblem[] {
  return problems.map(({path, message}) => {
    return {message: `${path === '' ? 'the configuration' : path} ${message}`, start: startOf(places, path)};
  });
}

function startOf(places: Places, path: string): number {
  const place = nearestPlace(places, path);
  return place === undefined ? 0 : spanToShow(place).start;
}

function refuse(source: Source, problems: readonly PlacedProblem[]): void {
  if (problems.length === 0) return;
  const said = problems.map(
    ({message, start}) => `${positionIn(source, start)}: ${message.replace(/(?<![.?])$/, '.')}`,
  );
  throw new CliError(said.join('\n'));
}

function positionIn({path, text}: Source, start: number): string {
  const {line, column} = new Lines(text).positionAt(start);
  return `${path}:${line}:${column}`;
}
