/** Which check made a finding. A finding is public data, and its check is not: a rule may have several. */

import type {Finding} from './finding.ts';
import type {FormerCheck, Rule} from './rule.ts';

/** The check of a rule, or of a retired rule that is part of it. */
export type RuleCheck = Rule | FormerCheck;

export const checksOf = (rule: Rule): readonly RuleCheck[] => [rule, ...(rule.also ?? [])];

/** The code of the retired rule that a check was. */
export const formerCodeOf = (check: RuleCheck | undefined): string | undefined =>
  check !== undefined && 'formerly' in check ? check.formerly : undefined;

/** The code that a check had when it became part of its rule, or has. It is that of fingerprints, so that a baseline stays valid. */
export const lastingCode = (check: RuleCheck): string => ('formerly' in check ? check.formerly : check.code);

const checks = new WeakMap<Finding, RuleCheck>();

export const noteCheck = (finding: Finding, check: RuleCheck): unknown => checks.set(finding, check);

/** @returns Undefined for a copy of a finding. */
export const checkOf = (finding: Finding): RuleCheck | undefined => checks.get(finding);
