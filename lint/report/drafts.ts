/** What a rule says of a policy, where it can know: a rule declares its fields, and is kept silent here. */

import {native} from '../dialects/native.ts';
import type {Model} from '../model/model.ts';
import {hasTemplate, isSure, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';

export interface ScopedDraft {
  readonly scope: Scope;
  readonly draft: Draft;
}

export function* draftsOf(rule: Rule, model: Model): Iterable<ScopedDraft> {
  for (const draft of rule.checkFile?.(model) ?? [])
    if (canJudge(rule, draft.scope) && canChange(draft.scope, draft)) yield {scope: draft.scope, draft};
  if (rule.check === undefined) return;
  for (const scope of model.scopes) {
    if (!canJudge(rule, scope)) continue;
    for (const draft of rule.check(scope)) if (canChange(scope, draft)) yield {scope, draft};
  }
}

/** Whether all that the rule depends on is known. */
function canJudge({judges, reads = []}: Rule, scope: Scope): boolean {
  if (judges === undefined) return scope.dialect.name === native.name;
  return isSure(scope, ...judges) && ![...judges, ...reads].some(path => hasTemplate(scope, path));
}

/** Whether the file can say anything else about the field. */
const canChange = ({dialect}: Scope, {at}: Draft): boolean => dialect.expresses(at.replaceAll(/\[\d+\]/g, ''));
