/** Finds the configurations of policies, and reads each of them once. */

import type {Config} from '../config.ts';
import {builtInDialects} from '../dialects/built-in.ts';
import type {Rule} from '../rule.ts';
import {rules as builtIn} from '../rules/index.ts';
import {type ConfigFile, configNames, defaultBaselineName, pyprojectName} from './config-file.ts';
import type {ConfigHost} from './host.ts';
import {layersFor} from './layers.ts';
import type {ConfigMistake} from './mistake.ts';
import {checkDialectNames, checkRuleNames, namesOf} from './rule-names.ts';
import {configOf, settingsFor} from './settings.ts';

/** A valid configuration with its plugins. */
export interface Loaded {
  /** The path of the file in messages. */
  readonly path: string;
  /** The folder to which its globs and paths are relative. */
  readonly folder: string;
  /** The content of the file. */
  readonly file: ConfigFile;
  /** The rules of its plugins. */
  readonly plugins: readonly Rule[];
}

/** A configuration file, and its mistakes. */
export interface ConfigReading {
  /** The file. */
  readonly file: string;
  /** The path of the file in messages. */
  readonly path: string;
  /** Undefined if there is a mistake. */
  readonly loaded: Loaded | undefined;
  /** The mistakes in the file; empty if there are none. */
  readonly mistakes: readonly ConfigMistake[];
}

/** The settings of one policy. */
export interface PolicyConfig {
  /** The configuration for `lintText`; the defaults if it has a mistake. */
  readonly config: Config;
  /** Whether the configuration ignores the policy. */
  readonly isIgnored: boolean;
  /** The file of the accepted findings of the policy, which may not exist. */
  readonly baseline: string;
  /** The configuration; undefined without one. */
  readonly reading: ConfigReading | undefined;
}

/**
 * Finds the configuration of a policy: only the nearest one, in its folder or above.
 *
 * @example
 * const lookup = new ConfigLookup(host);
 * const {config, isIgnored} = await lookup.configFor('/shop/policies/orders.json');
 */
export class ConfigLookup {
  readonly #host: ConfigHost;
  readonly #byFile = new Map<string, Promise<ConfigReading>>();
  readonly #byFolder = new Map<string, Promise<readonly string[]>>();

  constructor(host: ConfigHost) {
    this.#host = host;
  }

  /** All configurations that were read. */
  get files(): readonly string[] {
    return [...this.#byFile.keys()];
  }

  /** @throws What the host throws. */
  async configFor(policy: string): Promise<PolicyConfig> {
    const host = this.#host;
    const folder = host.folderOf(policy);
    const reading = await this.findFor(folder);
    const loaded = reading?.loaded;
    const settings = await settingsFor(policy, loaded, [], host.matcher);
    const isIgnored = loaded?.file.ignores === undefined ? undefined : host.matcher(loaded.file.ignores, loaded.folder);
    const {suppressions, dialects} = loaded?.file ?? {};
    const layers = loaded && (await layersFor(policy, loaded.file, loaded.folder, host.matcher));
    return {
      config: {
        ...configOf(settings),
        ...(suppressions === false ? {noSuppressions: true} : {}),
        ...(dialects === undefined ? {} : {dialectSettings: dialects}),
        ...(layers === undefined ? {} : {layers}),
      },
      isIgnored: (await isIgnored)?.(policy) ?? false,
      baseline: host.resolve(loaded?.folder ?? folder, loaded?.file.baseline ?? defaultBaselineName),
      reading,
    };
  }

  /** The configuration that applies in a folder. */
  async findFor(folder: string): Promise<ConfigReading | undefined> {
    const [file, other] = await this.#find(folder);
    if (file === undefined) return undefined;
    const {shown} = this.#host;
    if (other === undefined) return this.read(file);
    const message = `${shown(file)} and ${shown(other)} are both there, and one configuration applies: delete one of them.`;
    return {file, path: shown(file), loaded: undefined, mistakes: [{message, range: undefined}]};
  }

  read(file: string): Promise<ConfigReading> {
    const reading = this.#byFile.get(file) ?? this.#read(file);
    this.#byFile.set(file, reading);
    return reading;
  }

  /** Clears the cache, after a configuration or a module of rules was written. */
  forget(): void {
    this.#byFile.clear();
    this.#byFolder.clear();
  }

  #find(folder: string): Promise<readonly string[]> {
    const found = this.#byFolder.get(folder) ?? this.#search(folder);
    this.#byFolder.set(folder, found);
    return found;
  }

  async #search(folder: string): Promise<readonly string[]> {
    const here: string[] = [];
    for (const name of configNames) {
      const file = this.#host.resolve(folder, name);
      if (await this.#host.exists(file)) here.push(file);
    }
    if (here.length > 0) return here;
    const pyproject = this.#host.resolve(folder, pyprojectName);
    if (await this.#hasTable(pyproject)) return [pyproject];
    const above = await this.#host.above(folder);
    return above === undefined ? [] : this.#find(above);
  }

  /** The file is for many programs: where it cannot be read, it is no configuration. */
  async #hasTable(pyproject: string): Promise<boolean> {
    const host = this.#host;
    if (host.readPyproject === undefined || !(await host.exists(pyproject))) return false;
    try {
      const text = await host.read(pyproject);
      // A key of TOML may be written with escapes.
      return /retry-lint|\\[uU]/.test(text) && (await host.readPyproject(text)).isThere;
    } catch {
      return false;
    }
  }

  async #read(file: string): Promise<ConfigReading> {
    const host = this.#host;
    const path = host.shown(file);
    const {parseConfig, mistakeOf} = await import('./parse.ts');
    const {file: config, mistakes, rangeOf} = await parseConfig(path, await host.read(file), host.readPyproject);
    if (config === undefined) return {file, path, loaded: undefined, mistakes};
    const folder = host.folderOf(file);
    const plugins: Rule[] = [];
    let isRefused = false;
    for (const [index, name] of (config.plugins ?? []).entries()) {
      const {line, column} = rangeOf(`plugins[${index}]`).start;
      const what = `${path}:${line}:${column}: plugins[${index}]`;
      const rules = await host.loadRules(host.resolve(folder, name), what, folder);
      isRefused ||= rules === undefined;
      plugins.push(...(rules ?? []));
    }
    const problems = [
      // Names of rules that were refused look like mistakes.
      ...(isRefused ? [] : checkRuleNames(config, namesOf([...builtIn, ...plugins]))),
      ...checkDialectNames(config, host.dialects ?? builtInDialects),
    ];
    const unknown = problems.map(each => mistakeOf(each, rangeOf));
    const loaded = unknown.length === 0 ? {path, folder, file: config, plugins} : undefined;
    return {file, path, loaded, mistakes: unknown};
  }
}
