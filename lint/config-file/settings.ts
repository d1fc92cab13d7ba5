/** The settings of one policy, and where each is set: the defaults, the configuration, its overrides, or the command line. */

import type {Config, PresetName, RuleSetting} from '../config.ts';
import {retired} from '../retired.ts';
import type {Rule} from '../rule.ts';
import {namedRule, ruleSetOf} from '../rule-set.ts';
import {rules as builtIn} from '../rules/index.ts';
import type {ConfigFile, RuleSettings} from './config-file.ts';
import type {ConfigHost} from './host.ts';

/** Settings, and where they are written. */
export interface SettingsLayer extends RuleSettings {
  /** `.retry-lintrc.json`, `--rule`. */
  readonly from: string;
}

export interface Settings {
  readonly preset: {readonly name: PresetName; readonly from: string};
  /** Only the rules that are set, by code. A part of a rule has the code of the retired rule that it was. */
  readonly rules: ReadonlyMap<string, {readonly setting: RuleSetting; readonly from: string}>;
  /** The built-in rules and the user's. */
  readonly available: readonly Rule[];
  readonly plugins: readonly Rule[];
}

/** The parts of a configuration that set rules. */
interface Configured {
  readonly path: string;
  readonly folder: string;
  readonly file: ConfigFile;
  readonly plugins: readonly Rule[];
}

/** Merges the layers; a later layer takes precedence. */
export async function settingsFor(
  path: string,
  loaded: Configured | undefined,
  commandLine: readonly SettingsLayer[],
  matcher: ConfigHost['matcher'],
): Promise<Settings> {
  const plugins = loaded?.plugins ?? [];
  const available = [...builtIn, ...plugins];
  const layers = [...(loaded === undefined ? [] : await fileLayers(path, loaded, matcher)), ...commandLine];
  let preset: Settings['preset'] = {name: 'recommended', from: 'the default'};
  const rules = new Map<string, {setting: RuleSetting; from: string}>();
  for (const layer of layers) {
    if (layer.preset !== undefined) preset = {name: layer.preset, from: layer.from};
    const set = Object.entries(layer.rules ?? {}).map(([name, setting]) => {
      const {code, formerly} = namedRule(available, name) ?? {code: name};
      return {key: formerly ?? code, setting};
    });
    // A rule that a later layer sets is set as a whole, with the retired rules that are part of it.
    for (const {code, now} of retired) if (code !== now && set.some(({key}) => key === now)) rules.delete(code);
    for (const {key, setting} of set) rules.set(key, {setting, from: layer.from});
  }
  return {preset, rules, available, plugins};
}

async function fileLayers(
  path: string,
  {path: from, folder, file}: Configured,
  matcher: ConfigHost['matcher'],
): Promise<SettingsLayer[]> {
  const layers: SettingsLayer[] = [{...file, from}];
  for (const [index, override] of (file.overrides ?? []).entries()) {
    const matches = await matcher(override.files, folder);
    if (matches(path)) layers.push({...override, from: `${from}: overrides[${index}]`});
  }
  return layers;
}

/** These settings as the configuration of the linter. */
export function configOf(settings: Settings): Config {
  const known = configs.get(settings);
  if (known !== undefined) return known;
  const {preset, rules, plugins} = settings;
  const config: Config = {
    preset: preset.name,
    rules: Object.fromEntries([...rules].map(([code, {setting}]) => [code, setting])),
    ...(plugins.length === 0 ? {} : {extraRules: plugins}),
  };
  configs.set(settings, config);
  return config;
}

/** One configuration for all files that share their settings. */
const configs = new WeakMap<Settings, Config>();

export interface SetSeverity {
  readonly rule: Rule;
  readonly severity: RuleSetting;
  /** Where it is set: `.retry-lintrc.json`, `--rule`, `the preset strict`. */
  readonly from: string;
}

/** The severity of each rule, and where it is set. */
export function severities(settings: Settings): SetSeverity[] {
  const set = ruleSetOf(configOf(settings));
  return settings.available.map(rule => ({
    rule,
    severity: set.severityOf(rule) ?? ('off' as const),
    from: settings.rules.get(rule.code)?.from ?? `the preset ${settings.preset.name}`,
  }));
}
