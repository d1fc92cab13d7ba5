import type {FormerCheck, Rule, RuleFacts} from '../rule.ts';
import {facts, type RuleCode} from './facts.ts';

/** The check of a built-in rule. Its facts, reasons and examples are in docs/rules. */
type BuiltIn = Omit<Rule, keyof RuleFacts | 'documentation' | 'docs' | 'also'>;

/** Not checked by `defineRule` at every start; a test does. */
export function builtIn(code: RuleCode, check: BuiltIn, ...also: readonly FormerCheck[]): Rule {
  const [name, category, severity, confidence, summary, fix, strict] = facts[code];
  return {
    code,
    name,
    category,
    severity,
    confidence,
    summary,
    ...(fix && {fix}),
    ...(strict && {strict}),
    ...check,
    also,
  };
}
