import type {FormerCheck, Rule, RuleFacts} from '../rule.ts';
import {facts} from '../rule-facts.ts';

/** The check of a built-in rule. Its facts, reasons and examples are in docs/rules. */
type BuiltIn = Omit<Rule, keyof RuleFacts | 'documentation' | 'docs' | 'also'>;

/** Not checked by `defineRule` at every start; a test does. */
export function builtIn(code: string, check: BuiltIn, ...also: readonly FormerCheck[]): Rule {
  const row = facts[code];
  if (row === undefined) throw new TypeError(`docs/rules has no page of ${code}.`);
  const [name, category, severity, confidence, summary, fix, strict] = row;
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
