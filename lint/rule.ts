/** What a rule is: one file with its meta, its reasons, its examples and its check. The examples are its tests and its page. */

import type {Confidence, FindingTag, FixSafety, Severity} from './finding.ts';
import type {Model} from './model/model.ts';
import type {Scope} from './model/scope.ts';

export type Category = 'file' | 'safety' | 'load' | 'latency' | 'correctness' | 'hygiene';

export interface Rule {
  /** Stable: `RL203`. Users' own rules take another prefix. */
  readonly code: string;
  /** `no-<what it forbids>` or `use-<what it asks for>`; accepted wherever the code is. */
  readonly name: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** How far its fixes can be trusted; left out where it has none. */
  readonly fix?: FixSafety;
  /** One line: what the rule is for, as an imperative. */
  readonly summary: string;
  /** Markdown: what goes wrong, to whom, and what to do instead. */
  readonly why: string;
  readonly sources: readonly Citation[];
  /** The URL of a page about the rule, for rules of plugins. */
  readonly docs?: string;
  readonly bad: readonly [BadExample, ...BadExample[]];
  readonly good: readonly [GoodExample, ...GoodExample[]];
  /** Only on under the preset `strict`. */
  readonly strict?: true;
  /** Found by the linter itself while it reads a file, so that there is nothing to check. */
  readonly intrinsic?: true;
  /**
   * The fields that it fields, by path: it is silent where one of them is a slip, or a template's. A rule that declares none runs on
   * steadfetch's own policies only.
   */
  readonly fields?: readonly string[];
  /** What it reads besides: it is silent where one of these is a template's. Of a slip the default stands in. '' is everything. */
  readonly reads?: readonly string[];
  /** Judges the top of a policy and every route of it, each as it would run. */
  readonly check?: (scope: Scope) => Iterable<Draft>;
  /** Judges the file as a whole: what routes are to each other. */
  readonly checkFile?: (model: Model) => Iterable<Draft & {readonly scope: Scope}>;
}

export interface Citation {
  readonly title: string;
  /** Or the path of a page of this package: `docs/policy.md#routes`. */
  readonly url: string;
}

export interface GoodExample {
  /** What it shows, as a clause: `full jitter`. */
  readonly name: string;
  /** A policy file, as it would be written. */
  readonly text: string;
  /** Ends in .yaml for YAML; policy.jsonc if left out. */
  readonly path?: string;
  /** Texts of the files it extends, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface BadExample extends GoodExample {
  /** Every finding of the rule in it, in order. */
  readonly findings: readonly ExpectedFinding[];
  /** The text after all fixes of the rule, safe or not. Left out where there is no fix. */
  readonly fixed?: string;
}

export interface ExpectedFinding {
  readonly message: string;
  /** `line:column` of its first character, and what is underlined. */
  readonly at: string;
  readonly marks: string;
  /** Where it is not the rule's own. */
  readonly severity?: Severity;
}

/** What a check yields. Paths begin at the top of the scope: `backoff.jitter`, `retryOn[2]`, `match.methods`. */
export interface Draft {
  readonly at: string;
  /** The fact with its numbers, the limit, what to do: whole sentences. */
  readonly message: string;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  /** What is found is unnecessary or deprecated, and may be shown so. */
  readonly tag?: FindingTag;
  readonly related?: readonly {readonly at: string; readonly message: string}[];
  /** As safe as the rule says of its fixes. */
  readonly fix?: FixDraft;
  /** Ways out that need a decision, such as one of several. */
  readonly suggestions?: readonly FixDraft[];
}

export interface FixDraft {
  readonly title: string;
  readonly changes: readonly Change[];
}

/**
 * A change of the file, by paths of the scope.
 *
 * `set` and `drop` change a value where this file sets it, and write it into the scope where it is inherited or a default; with
 * `inScope` always into the scope, so that a route's remedy does not change its neighbours.
 */
export type Change =
  | {readonly do: 'set'; readonly path: string; readonly value: unknown; readonly inScope?: true}
  /** Takes entries out of a list of scalars. */
  | {readonly do: 'drop'; readonly path: string; readonly entries: readonly unknown[]; readonly inScope?: true}
  /** Takes out what this file writes; nothing where it does not. */
  | {readonly do: 'remove'; readonly path: string}
  | {readonly do: 'rename'; readonly path: string; readonly to: string};

/** Checks what types cannot, for rules that users write: throws with the first thing that is missing. */
export function defineRule(rule: Rule): Rule {
  if (!/^[A-Z]{2,8}\d{3}$/.test(rule.code))
    throw new TypeError(`A rule's code is letters and three digits, such as ACME101; got "${rule.code}".`);
  if (!/^[a-z]+(?:-[a-z0-9]+)+$/.test(rule.name))
    throw new TypeError(`A rule's name is words with hyphens, such as no-something; ${rule.code} has "${rule.name}".`);
  if (rule.check === undefined && rule.checkFile === undefined && !rule.intrinsic)
    throw new TypeError(`${rule.code} has neither check nor checkFile.`);
  if (rule.docs !== undefined && !/^https?:\/\/\S+$/.test(rule.docs))
    throw new TypeError(`${rule.code}: docs must be a URL such as https://acme.example/rules/1; got "${rule.docs}".`);
  return rule;
}
