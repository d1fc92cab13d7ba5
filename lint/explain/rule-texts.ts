/** The texts of a rule for readers. */

import type {Rule, RuleDocumentation} from '../rule.ts';

/** Why a rule exists, and what that rests on. */
export type RuleTexts = Pick<RuleDocumentation, 'why' | 'sources'>;

/** Async, because the extension for VS Code loads the texts of all built-in rules when the first is shown: lint/vscode/server/rule-texts.ts. */
export const textsOf = async (rule: Rule): Promise<RuleTexts> => rule.documentation();
