/** A rule: metadata, documentation and check. The examples of the documentation are the tests of the rule. */

import type {Confidence, FindingTag, FixSafety, Severity} from './finding.ts';
import type {Model} from './model/model.ts';
import type {Scope} from './model/scope.ts';
import type {Place} from './source/places.ts';
import type {Span} from './source/tree.ts';

export type Category = 'file' | 'safety' | 'load' | 'latency' | 'correctness' | 'hygiene';

/** What a rule is, as lists and reports show it. */
export interface RuleFacts {
  /** Stable: `RL203`. Rules of users have another prefix. */
  readonly code: string;
  /** `no-<what it forbids>` or `use-<what it requires>`; accepted wherever the code is. */
  readonly name: string;
  /** The group of the rule on the page of rules. */
  readonly category: Category;
  /** The default severity; a configuration may change it. */
  readonly severity: Severity;
  /** How certain its findings are. */
  readonly confidence: Confidence;
  /** Safety of its fixes; left out if it has none. */
  readonly fix?: FixSafety;
  /** One line, as an imperative. */
  readonly summary: string;
  /** Enabled only by the preset `strict`. */
  readonly strict?: true;
}

/** What is checked, and on which policies. */
export interface Check {
  /**
   * Which numbers of the field that it reports are worse. A baseline accepts a finding again if its number became better. Left out: any other
   * number is worse.
   */
  readonly worse?: 'higher' | 'lower';
  /**
   * Paths of the fields that the rule checks. Its findings are dropped if one of them is invalid or templated. A rule without fields runs
   * only on policies of steadfetch.
   */
  readonly fields?: readonly string[];
  /**
   * Other paths that the rule reads. Its findings are dropped if one of them is templated; an invalid value counts as its default. ''
   * stands for all paths.
   */
  readonly reads?: readonly string[];
  /** Those of `reads` without which the rule says the same: a program may leave open how often it retries, and still never wait. */
  readonly bears?: readonly string[];
  /**
   * Fields at the top of a policy or of a route, such as `hedge`. The rule finds nothing where no layer sets one of them, so it is not run there.
   * Only for policies of steadfetch, since other languages have other defaults.
   */
  readonly needs?: readonly string[];
  /** Checks the top of a policy and each of its routes, with the values that apply. `scopes` are all of them, in the order in which they are matched. */
  readonly check?: (scope: Scope, scopes: readonly Scope[]) => Iterable<Draft>;
  /** Checks the file as a whole, for rules that compare routes. */
  readonly checkFile?: (model: Model) => Iterable<Draft & {readonly scope: Scope}>;
}

/** The check of a retired rule, which is part of another rule. */
export interface FormerCheck extends Check {
  /** The code of the retired rule. Its settings, suppressions and entries of a baseline apply to this check alone. */
  readonly formerly: string;
  /** Default: the severity of the rule. */
  readonly severity?: Severity;
  /** Default: the confidence of the rule. */
  readonly confidence?: Confidence;
}

/** A rule of the linter. Make one with `defineRule`. */
export interface Rule extends RuleFacts, Check {
  /**
   * Reasons and examples. A function, because most runs show none of them, and unused texts would slow down every start. A plugin needs it.
   * Built-in rules have none: their pages in `docs/rules` say the same.
   */
  readonly documentation?: () => RuleDocumentation;
  /** The URL of a page about the rule, for rules of plugins. */
  readonly docs?: string;
  /** Reported by the linter while it reads a file, so the rule has no check. */
  readonly intrinsic?: true;
  /** The checks of retired rules that are part of this one. Only for built-in rules. */
  readonly also?: readonly FormerCheck[];
}

/** The texts and examples of a rule, for `retry-lint explain`, editors and its tests. */
export interface RuleDocumentation {
  /** Markdown: what goes wrong, for whom, and what to do instead. */
  readonly why: string;
  /** Sources for the claims of `why`. */
  readonly sources: readonly Citation[];
  /** Examples with findings. */
  readonly bad: readonly [BadExample, ...BadExample[]];
  /** Examples without findings. */
  readonly good: readonly [GoodExample, ...GoodExample[]];
}

/** A source that a rule cites. */
export interface Citation {
  /** Author and title. */
  readonly title: string;
  /** A URL, or a page of this package: `docs/policy.md#routes`. */
  readonly url: string;
}

/** A policy file in which a rule finds nothing. */
export interface GoodExample {
  /** The subject of the example: `full jitter`. */
  readonly name: string;
  /** The text of a policy file. */
  readonly text: string;
  /** The name of the file, which ends in .yaml for YAML. Default: policy.jsonc. */
  readonly path?: string;
  /** The texts of the files that it extends, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A policy file in which a rule finds something. */
export interface BadExample extends GoodExample {
  /** Every finding of the rule, in the order of the file. */
  readonly findings: readonly ExpectedFinding[];
  /** The text after all fixes of the rule, safe and unsafe. Left out if the rule has no fix. */
  readonly fixed?: string;
}

/** A finding that an example must have. */
export interface ExpectedFinding {
  /** The whole message. */
  readonly message: string;
  /** `line:column` of its first character. */
  readonly at: string;
  /** The underlined text. */
  readonly marks: string;
  /** Default: the severity of the rule. */
  readonly severity?: Severity;
}

/** A finding as a check yields it. Paths start at the top of the scope: `backoff.jitter`, `retryOn[2]`, `match.methods`. */
export interface Draft {
  /** The path of the field; '' for what is no field. */
  readonly at: string;
  /** The place, where no field has it: a word of a program. Default: that of the field. */
  readonly span?: Span;
  /** The place of what is no field, such as the name of another policy. Default: the place of `at`. */
  readonly place?: Place;
  /** Whole sentences: the fact with its numbers, the limit, and what to do. */
  readonly message: string;
  /** Default: the severity of the rule. */
  readonly severity?: Severity;
  /** Default: the confidence of the rule. */
  readonly confidence?: Confidence;
  /** Lets editors show the field as unnecessary or deprecated. */
  readonly tag?: FindingTag;
  /** Other fields that explain the finding. */
  readonly related?: readonly {readonly at: string; readonly message: string}[];
  /** A change that `--fix` may write. Its safety is `Rule.fix`. */
  readonly fix?: FixDraft;
  /** Changes that need a decision by the author, offered by editors only. */
  readonly suggestions?: readonly FixDraft[];
}

/** A change of the file. */
export interface FixDraft {
  /** An imperative: `Set jitter to "full"`. */
  readonly title: string;
  /** The changes, by the paths of fields. */
  readonly changes: readonly Change[];
}

/**
 * A change of the file, by paths of the scope.
 *
 * `set` and `drop` change a value where this file sets it, and write it into the scope if it is inherited or a default. With `inScope`
 * they always write into the scope, so that a fix of a route does not change other routes.
 */
export type Change =
  | {readonly do: 'set'; readonly path: string; readonly value: unknown; readonly inScope?: true}
  /** Removes entries from a list of scalars. */
  | {readonly do: 'drop'; readonly path: string; readonly entries: readonly unknown[]; readonly inScope?: true}
  /** Removes a value that this file sets; no change if it does not. */
  | {readonly do: 'remove'; readonly path: string}
  | {readonly do: 'rename'; readonly path: string; readonly to: string};

/**
 * Checks a rule for mistakes that types cannot show, such as a malformed code, and returns it.
 *
 * @throws TypeError for the first mistake.
 */
export function defineRule(rule: Rule): Rule {
  if (!/^[A-Z]{2,8}\d{3}$/.test(rule.code))
    throw new TypeError(
      `Invalid rule code: "${rule.code}". Write 2 to 8 capital letters and three digits, such as ACME101.`,
    );
  if (!/^[a-z]+(?:-[a-z0-9]+)+$/.test(rule.name))
    throw new TypeError(
      `Invalid rule name of ${rule.code}: "${rule.name}". Write lower-case words with hyphens, such as no-something.`,
    );
  if (rule.check === undefined && rule.checkFile === undefined && !rule.intrinsic)
    throw new TypeError(`Rule ${rule.code} has neither check nor checkFile. Define one of them.`);
  if (rule.docs !== undefined && !/^https?:\/\/\S+$/.test(rule.docs))
    throw new TypeError(
      `Invalid docs of rule ${rule.code}: "${rule.docs}". Write a URL such as https://acme.example/rules/1.`,
    );
  return rule;
}
