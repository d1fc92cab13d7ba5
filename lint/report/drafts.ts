/** Runs a check on a policy, and drops the drafts about values that are not known. A check declares its fields for that. */

import type {RuleCheck} from '../check-of.ts';
import {isNative} from '../dialects/native.ts';
import type {Model} from '../model/model.ts';
import {hasSlipIn, hasTemplate, isAllSure, isSure, type Scope} from '../model/scope.ts';
import type {Check, Draft, Rule} from '../rule.ts';
import type {RuleSet} from '../rule-set.ts';
import type {Collector} from './collector.ts';

export interface ScopedDraft {
  readonly scope: Scope;
  readonly draft: Draft;
}

export function* draftsOf(check: Check, model: Model): Iterable<ScopedDraft> {
  if (lacksNeeds(check, model)) return;
  for (const draft of check.checkFile?.(model) ?? [])
    if (canCheck(check, draft.scope) && isKnown(draft.scope, draft)) yield {scope: draft.scope, draft};
  if (check.check === undefined) return;
  for (const scope of model.scopes) {
    if (!canCheck(check, scope)) continue;
    for (const draft of check.check(scope, model.scopes)) if (isKnown(scope, draft)) yield {scope, draft};
  }
}

/** Adds what a check of a rule finds in a policy. */
export function collectDrafts(rule: Rule, check: RuleCheck, model: Model, rules: RuleSet, collector: Collector): void {
  for (const {scope, draft} of draftsOf(check, model))
    collector.addDraft(rule, check, rules.severityOf(rule, check, draft) ?? rule.severity, scope, draft);
}

/** Whether the policy sets nothing that the check could report. Most checks are about fields that most policies do not set. */
function lacksNeeds({needs}: Check, {written, scopes}: Model): boolean {
  return needs !== undefined && isNative(scopes[0]!.dialect) && !needs.some(field => written.has(field));
}

/**
 * Whether all that the check depends on is known. With a wrong path, a route is for other calls than its author meant, whatever a rule says about
 * them.
 */
function canCheck({fields, reads = [], bears = []}: Check, scope: Scope): boolean {
  if (fields === undefined) return isNative(scope.dialect);
  if (isAllSure(scope)) return true;
  return (
    isSure(scope, ...fields) &&
    !(scope.match !== undefined && [...fields, ...reads].some(isMatch) && hasSlipIn(scope, 'match')) &&
    ![...fields, ...reads].some(path => !bears.includes(path) && hasTemplate(scope, path))
  );
}

const isMatch = (path: string): boolean => path === '' || path.split('.')[0] === 'match';

/**
 * Whether the value that the draft is about is known: written in a layer, or left out; and whether the file can set it. Of an
 * object or a list with a wrong value in it, only what is about another value in it is known.
 */
function isKnown(scope: Scope, {at}: Draft): boolean {
  const path = at.replaceAll(/\[\d+\]/g, '');
  return scope.dialect.expresses(path) && isSure(scope, path) && (at === '' || !hasSlipIn(scope, at));
}
