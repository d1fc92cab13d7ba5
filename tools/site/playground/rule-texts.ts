/** The reasons of the rules: a chunk, loaded when the first finding is explained. */
import type {RuleTexts} from '../../../lint/explain/rule-markdown.ts';
import type {Rule} from '../../../lint/rule.ts';

export async function textsOf({code}: Rule): Promise<RuleTexts> {
  const {default: texts} = await import('rule-texts');
  return texts[code]!;
}
