/** Which rules run, and how severe each is, for one configuration. */

import {formerCodeOf, type RuleCheck} from './check-of.ts';
import type {Config, RuleSetting} from './config.ts';
import type {Severity} from './finding.ts';
import {retired} from './retired.ts';
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
  readonly #isForTests: boolean;
  #forTests: RuleSet | undefined;
  readonly #byCode: ReadonlyMap<string, Rule>;

  constructor(
    preset: Config['preset'],
    rules: NonNullable<Config['rules']>,
    extraRules: Config['extraRules'],
    isForTests = false,
  ) {
    this.preset = preset;
    this.#isForTests = isForTests;
    this.extraRules = extraRules;
    this.rules = [...builtIn, ...(extraRules ?? [])];
    this.#isStrict = preset === 'strict';
    this.#byCode = new Map(this.rules.map(rule => [rule.code, rule]));
    this.#settings = new Map(
      Object.entries(rules).map(([name, setting]) => [settingKey(this.rules, name) ?? name, setting]),
    );
  }

  /** The same rules for programs that only test others: whatever they find is an info. */
  get forTests(): RuleSet {
    this.#forTests ??= new RuleSet(this.preset, Object.fromEntries(this.#settings), this.extraRules, true);
    return this.#forTests;
  }

  get(code: string): Rule {
    const rule = this.#byCode.get(code);
    if (rule === undefined) throw new TypeError(`Unknown rule: ${code}.`);
    return rule;
  }

  /**
   * Severity of a finding; undefined if its rule is off.
   *
   * @param check The check of the rule that made it: that of a retired rule may have a setting of its own.
   */
  severityOf(rule: Rule, check: RuleCheck = rule, draft?: Pick<Draft, 'severity'>): Severity | undefined {
    const severity = this.#severityOf(rule, check, draft);
    return severity !== undefined && this.#isForTests ? 'info' : severity;
  }

  #severityOf(rule: Rule, check: RuleCheck, draft: Pick<Draft, 'severity'> | undefined): Severity | undefined {
    const setting = this.#settings.get(formerCodeOf(check) ?? '') ?? this.#settings.get(rule.code);
    if (setting === 'off') return undefined;
    if (setting !== undefined) return setting;
    if (rule.strict && !this.#isStrict) return undefined;
    const severity = draft?.severity ?? check.severity ?? rule.severity;
    return this.#isStrict && severity === 'info' ? 'warning' : severity;
  }
}

/** The rule that a text names. */
export interface NamedRule {
  readonly code: string;
  /** The code of the retired rule that is named, if it became part of the rule. */
  readonly formerly?: string;
}

/** `RL203` or `no-synchronized-retries`, in any case, also of a rule that is retired. */
export function namedRule(rules: readonly Rule[], nameOrCode: string): NamedRule | undefined {
  const wanted = nameOrCode.toLowerCase();
  const isNamed = (each: {readonly code: string; readonly name: string}): boolean =>
    each.code.toLowerCase() === wanted || each.name === wanted;
  const rule = rules.find(isNamed);
  if (rule !== undefined) return {code: rule.code};
  const old = retired.find(isNamed);
  if (old === undefined) return undefined;
  // A rule that was renamed is whole.
  return old.code === old.now ? {code: old.now} : {code: old.now, formerly: old.code};
}

export const codeOf = (rules: readonly Rule[], nameOrCode: string): string | undefined =>
  namedRule(rules, nameOrCode)?.code;

/** The code that a setting is for: that of the rule, or the retired one of a part of it. */
export function settingKey(rules: readonly Rule[], nameOrCode: string): string | undefined {
  const named = namedRule(rules, nameOrCode);
  return named?.formerly ?? named?.code;
}
