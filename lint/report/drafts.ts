/** Runs a rule on a policy, and drops the drafts about values that are not known. A rule declares its fields for that. */

import {isNative} from '../dialects/native.ts';
import type {Model} from '../model/model.ts';
import {hasTemplate, isAllSure, isSure, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';

export interface ScopedDraft {
  readonly scope: Scope;
  readonly draft: Draft;
}

export function* draftsOf(rule: Rule, model: Model): Iterable<ScopedDraft> {
  if (lacksNeeds(rule, model)) return;
  for (const draft of rule.checkFile?.(model) ?? [])
    if (canCheck(rule, draft.scope) && isKnown(draft.scope, draft)) yield {scope: draft.scope, draft};
  if (rule.check === undefined) return;
  for (const scope of model.scopes) {
    if (!canCheck(rule, scope)) continue;
    for (const draft of rule.check(scope)) if (isKnown(scope, draft)) yield {scope, draft};
  }
}

/** Whether the policy sets nothing that the rule could report. Most rules are about fields that most policies do not set. */
function lacksNeeds({needs}: Rule, {written, scopes}: Model): boolean {
  return needs !== undefined && isNative(scopes[0]!.dialect) && !needs.some(field => written.has(field));
}

/** Whether all that the rule depends on is known. */
function canCheck({fields, reads = []}: Rule, scope: Scope): boolean {
  if (fields === undefined) return isNative(scope.dialect);
  if (isAllSure(scope)) return true;
  return isSure(scope, ...fields) && ![...fields, ...reads].some(path => hasTemplate(scope, path));
}

/** Whether the value that the draft is about is known: written in a layer, or left out; and whether the file can set it. */
function isKnown(scope: Scope, {at}: Draft): boolean {
  const path = at.replaceAll(/\[\d+\]/g, '');
  return scope.dialect.expresses(path) && isSure(scope, path);
}
