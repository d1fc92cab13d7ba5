/** Which rules run, and how severe each is, for one configuration. */

import type {Config, RuleSetting} from './config.ts';
import type {Severity} from './finding.ts';
import type {Draft, Rule} from './rule.ts';
import {rules as builtIn} from './rules/index.ts';

/** Cache: a run lints thousands of files with the same few settings. */
const known = new WeakMap<object, RuleSet>();

export function ruleSetOf({preset, rules = NO_SETTINGS, extraRules}: Config): RuleSet {
  const set = known.get(rules);
  if (set !== undefined && set.preset === preset && set.extraRules === extraRules) return set;
  const made = new RuleSet(preset, rules, extraRules);
  known.set(rules, made);
  return made;
}

const NO_SETTINGS: NonNullable<Config['rules']> = {};

export class RuleSet {
  readonly preset: Config['preset'];
  readonly extraRules: Config['extraRules'];
  readonly rules: readonly Rule[];
  readonly #settings: ReadonlyMap<string, RuleSetting>;
  readonly #isStrict: boolean;
  readonly #byCode: ReadonlyMap<string, Rule>;

  constructor(preset: Config['preset'], rules: NonNullable<Config['rules']>, extraRules: Config['extraRules']) {
    this.preset = preset;
    this.extraRules = extraRules;
    this.rules = [...builtIn, ...(extraRules ?? [])];
    this.#isStrict = preset === 'strict';
    this.#byCode = new Map(this.rules.map(rule => [rule.code, rule]));
    this.#settings = new Map(
      Object.entries(rules).map(([name, setting]) => [codeOf(this.rules, name) ?? name, setting]),
    );
  }

  get(code: string): Rule {
    const rule = this.#byCode.get(code);
    if (rule === undefined) throw new TypeError(`Unknown rule: ${code}.`);
    return rule;
  }

  /** Severity of a finding; undefined if its rule is off. */
  severityOf(rule: Rule, draft?: Pick<Draft, 'severity'>): Severity | undefined {
    const setting = this.#settings.get(rule.code);
    if (setting === 'off') return undefined;
    if (setting !== undefined) return setting;
    if (rule.strict && !this.#isStrict) return undefined;
    const severity = draft?.severity ?? rule.severity;
    return this.#isStrict && severity === 'info' ? 'warning' : severity;
  }
}

/** `RL203` or `no-synchronised-retries`, in any case. */
export function codeOf(rules: readonly Rule[], nameOrCode: string): string | undefined {
  const wanted = nameOrCode.toLowerCase();
  return rules.find(({code, name}) => code.toLowerCase() === wanted || name === wanted)?.code;
}
