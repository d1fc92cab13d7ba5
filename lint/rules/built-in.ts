import {defineRule, type Rule, type RuleFacts} from '../rule.ts';
import {facts, type RuleCode} from './facts.ts';

/** The check of a built-in rule. Its facts, reasons and examples are in docs/rules. */
type BuiltIn = Omit<Rule, keyof RuleFacts | 'documentation' | 'docs'>;

export const builtIn = (code: RuleCode, check: BuiltIn): Rule => defineRule({...facts[code], ...check});
