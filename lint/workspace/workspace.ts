/** The parts that all linting commands share: texts, configurations, baselines, and the settings of the command line. */

import {dirname, resolve} from 'node:path';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Baseline} from '../baseline.ts';
import type {Config, PresetName, RuleSetting} from '../config.ts';
import {BaselineFile} from '../config-file/baseline-file.ts';
import {defaultBaselineName, ruleSettings} from '../config-file/config-file.ts';
import {layersFor} from '../config-file/layers.ts';
import type {Loaded} from '../config-file/lookup.ts';
import {ConfigReader, matcherOf} from '../config-file/read.ts';
import {namesOf, noRule} from '../config-file/rule-names.ts';
import {configOf, type Settings, type SettingsLayer, settingsFor} from '../config-file/settings.ts';
import {builtInDialects} from '../dialects/built-in.ts';
import type {BuiltInDialect, Dialect, DialectSign} from '../dialects/dialect.ts';
import {policiesAt, unitsAt} from '../dialects/policies-at.ts';
import type {Packages} from '../dialects/python/packages.ts';
import {type DialectSettings, settingOf} from '../dialects/settings.ts';
import type {Acceptance} from '../finding.ts';
import {CliError} from '../io/cli-error.ts';
import type {Dependencies} from '../io/dependencies.ts';
import type {Io} from '../io/io.ts';
import {Texts} from '../io/texts.ts';
import type {LintRequest} from '../lint.ts';
import type {Rule} from '../rule.ts';
import {rules as builtIn} from '../rules/index.ts';
import {isPython} from '../source/python-path.ts';
import {readSource} from '../source/read.ts';
import {PackageLookup, versioned} from './packages.ts';

const NO_SETTINGS: DialectSettings = {};

/** The same settings for files that are searched for the sake of other languages. Editors compare them by identity. */
const SCANNED = new WeakMap<DialectSettings, DialectSettings>();

/** The name of standard input without --stdin-filename. */
export const inputName = '<stdin>';

export class Workspace {
  readonly io: Io;
  readonly texts: Texts;
  readonly configs: ConfigReader;
  /** Records the files on which the run depends, for a watch. */
  readonly dependencies: Dependencies | undefined;
  readonly #args: Arguments;
  readonly #commandLine: readonly SettingsLayer[];
  readonly #packages: PackageLookup;
  readonly #baselines = new Map<string, Baseline>();
  /** By their path, where no option names them. */
  readonly #baselineFiles = new Map<string, BaselineFile>();
  /** Configurations by folder, as reports show it. */
  readonly #loaded = new Map<string, Promise<Loaded | undefined>>();
  /** Dialects by path, as reports show it, for files in which only a part is a policy. */
  readonly #dialects = new Map<string, readonly Dialect[]>();
  /** Files that a search took for the sake of other languages, as reports show them. */
  readonly #scanned = new Set<string>();
  /** The policies that extend a file, directly or not, by its path. */
  readonly #heirs = new Map<string, string[]>();
  /** Settings by configuration, if they are the same for all policies. */
  readonly #settings = new Map<Loaded | undefined, Settings>();

  constructor(args: Arguments, io: Io, dependencies?: Dependencies) {
    this.io = io;
    this.dependencies = dependencies;
    this.#args = args;
    const onRead = (file: string): void => dependencies?.note(file);
    this.texts = new Texts(io, onRead, path => this.#dialects.get(path));
    this.configs = new ConfigReader(io, onRead);
    this.#packages = new PackageLookup(io, dependencies);
    this.#commandLine = commandLineLayers(args);
  }

  absolute(path: string): string {
    return resolve(this.io.cwd, path);
  }

  /** The configuration that applies to a policy. */
  loadedFor(path: string): Promise<Loaded | undefined> {
    const folder = dirname(path);
    const loaded = this.#loaded.get(folder) ?? this.#load(folder);
    this.#loaded.set(folder, loaded);
    return loaded;
  }

  async #load(folder: string): Promise<Loaded | undefined> {
    if (this.#args.has('no-config')) return undefined;
    const named = this.#args.value('config');
    return named === undefined ? this.configs.findFor(this.absolute(folder)) : this.configs.read(this.absolute(named));
  }

  async settingsFor(path: string): Promise<Settings> {
    const loaded = await this.loadedFor(path);
    const known = this.#settings.get(loaded);
    if (known !== undefined) return known;
    const settings = await this.#settingsFor(path, loaded);
    if (loaded?.file.overrides === undefined) this.#settings.set(loaded, settings);
    return settings;
  }

  async #settingsFor(path: string, loaded: Loaded | undefined): Promise<Settings> {
    const settings = await settingsFor(this.absolute(path), loaded, this.#commandLine, matcherOf);
    if (settings.rules.size === 0) return settings;
    const known = namesOf(settings.available);
    // The names in a configuration were checked when it was read.
    for (const [name, {from}] of settings.rules)
      if (from === '--rule' && !known.includes(name.toLowerCase()))
        throw new CliError(`--rule: ${name} ${noRule(name, known)}`);
    return settings;
  }

  /** Whether the configuration ignores a policy. */
  async isIgnored(path: string): Promise<boolean> {
    const loaded = await this.loadedFor(path);
    if (loaded?.file.ignores === undefined) return false;
    return (await matcherOf(loaded.file.ignores, loaded.folder))(this.absolute(path));
  }

  /** Sets the JSON pointers of the policies in a file. */
  setPointers(path: string, pointers: readonly string[]): void {
    this.#dialects.set(path, [policiesAt(pointers)]);
  }

  /** The languages that are looked for in every file. */
  get builtInDialects(): readonly BuiltInDialect[] {
    return this.io.builtInDialects ?? builtInDialects;
  }

  /** Notes that a file is linted for the sake of other languages: where none of them has a policy in it, it is no policy either. */
  setScanned(path: string): void {
    this.#scanned.add(path);
  }

  isScanned(path: string): boolean {
    return this.#scanned.has(path);
  }

  /** Whether one of these dialects is on for a file. */
  async hasDialect(path: string, dialects: readonly DialectSign[]): Promise<boolean> {
    const settings = await this.#dialectSettings(path);
    return dialects.some(dialect => settingOf(dialect, path, settings) !== 'off');
  }

  async #dialectSettings(path: string): Promise<DialectSettings | undefined> {
    const settings = (await this.loadedFor(path))?.file.dialects ?? NO_SETTINGS;
    if (!this.#scanned.has(path)) return settings === NO_SETTINGS ? undefined : settings;
    const known = SCANNED.get(settings) ?? {...settings, native: 'off'};
    SCANNED.set(settings, known);
    return known;
  }

  /** Whether a file has a value at a pointer. True if the file cannot be read or parsed: linting reports that. */
  async holds(path: string, pointer: string): Promise<boolean> {
    if (pointer === '') return true;
    try {
      const source = await readSource(path, this.texts.read(path));
      return source.problems.some(({code}) => code !== 'RL002') || unitsAt(source, pointer).length > 0;
    } catch (error) {
      if (error instanceof CliError) return true;
      throw error;
    }
  }

  /** Notes which policies of a run extend which: what a base sets is judged with them. */
  async noteHeirs(paths: readonly string[]): Promise<void> {
    this.#heirs.clear();
    for (const path of paths.filter(each => !isPython(each)))
      for (const below of Object.keys(await this.texts.closure(path))) {
        const heirs = this.#heirs.get(below) ?? [];
        if (below !== path) heirs.push(path);
        this.#heirs.set(below, heirs);
      }
  }

  /** The request to lint one policy. */
  async request(path: string): Promise<LintRequest> {
    const extendedBy = this.#heirs.get(path) ?? [];
    const files = await this.texts.closure(path);
    for (const heir of extendedBy) Object.assign(files, await this.texts.closure(heir));
    return {path, files, config: await this.#configFor(path), extendedBy};
  }

  async #configFor(path: string): Promise<Config> {
    const loaded = await this.loadedFor(path);
    const noSuppressions = this.#args.has('no-suppressions') || loaded?.file.suppressions === false;
    const baseline = this.#args.has('no-baseline') ? undefined : this.#accepted(await this.baselineFor(path), path);
    const dialects = this.#dialects.get(path);
    const dialectSettings = await this.#dialectSettings(path);
    const packages = this.#packagesFor(path);
    const layers = loaded && (await layersFor(this.absolute(path), loaded.file, loaded.folder, matcherOf));
    const {builtInDialects: builtIn} = this.io;
    return {
      ...configOf(await this.settingsFor(path)),
      today: this.io.today(),
      ...(dialects === undefined ? {} : {dialects}),
      ...(builtIn === undefined ? {} : {builtInDialects: builtIn}),
      ...(dialectSettings === undefined ? {} : {dialectSettings}),
      ...(packages === undefined ? {} : {packages}),
      ...(layers === undefined ? {} : {layers}),
      ...(noSuppressions ? {noSuppressions} : {}),
      ...(baseline === undefined ? {} : {baseline}),
    };
  }

  /** Undefined for a file that uses no library whose version is asked for. */
  #packagesFor(path: string): Packages | undefined {
    if (!isPython(path)) return undefined;
    const text = this.texts.read(path);
    return versioned.some(name => text.includes(name)) ? this.#packages.packagesFor(this.absolute(path)) : undefined;
  }

  /** The baseline of a policy, which may not exist: as --baseline names it, else beside the configuration, else in this folder. */
  async baselineFor(path: string): Promise<BaselineFile> {
    const named = this.#args.value('baseline');
    if (named !== undefined) return new BaselineFile(this.absolute(named), this.io.cwd);
    const loaded = await this.loadedFor(path);
    const folder = loaded?.folder ?? this.io.cwd;
    const file = resolve(folder, loaded?.file.baseline ?? defaultBaselineName);
    const known = this.#baselineFiles.get(file) ?? new BaselineFile(file, this.io.cwd);
    if (!this.#baselineFiles.has(file)) known.refuseOutside(folder);
    this.#baselineFiles.set(file, known);
    return known;
  }

  #accepted(file: BaselineFile, path: string): readonly Acceptance[] | undefined {
    let baseline = this.#baselines.get(file.file);
    if (baseline === undefined) {
      this.dependencies?.note(file.file);
      const mayRead = this.#args.has('baseline') ? undefined : this.io.mayRead;
      const isReadable = file.exists && mayRead?.(file.file) !== false;
      baseline = isReadable ? file.read(mayRead) : {version: 1, findings: {}};
      this.#baselines.set(file.file, baseline);
    }
    return Object.hasOwn(baseline.findings, path) ? baseline.findings[path] : undefined;
  }

  /** Every available rule: the built-in ones, and those of the configurations that were read. */
  async rules(): Promise<Rule[]> {
    const loaded = await Promise.all(this.configs.files.map(file => this.configs.read(file)));
    const byCode = new Map([...builtIn, ...loaded.flatMap(({plugins}) => plugins)].map(rule => [rule.code, rule]));
    return [...byCode.values()];
  }
}

/** The settings of the command line, as layers above every configuration. */
function commandLineLayers(args: Arguments): SettingsLayer[] {
  const preset = args.value('preset') as PresetName | undefined;
  const rules = Object.fromEntries(args.all('rule').map(readRule));
  return [
    ...(preset === undefined ? [] : [{from: '--preset', preset}]),
    ...(Object.keys(rules).length === 0 ? [] : [{from: '--rule', rules}]),
  ];
}

function readRule(text: string): [string, RuleSetting] {
  const [name = '', setting, ...rest] = text.split('=');
  if (name === '' || rest.length > 0 || !ruleSettings.includes(setting as RuleSetting))
    throw new CliError(
      `--rule takes a rule and one of ${ruleSettings.join(', ')}: --rule RL301=off; got ${JSON.stringify(text)}.`,
    );
  return [name, setting as RuleSetting];
}
