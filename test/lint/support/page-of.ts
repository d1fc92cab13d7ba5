import type {RulePage} from '../../../lint/explain/rule-page.ts';
import type {Rule} from '../../../lint/rule.ts';
import {readPages} from '../../../scripts/rule-pages/read.ts';

const pages = readPages();

/** The page of a built-in rule, from docs/rules. */
export function pageOf({code}: Pick<Rule, 'code'>): RulePage {
  const page = pages.get(code);
  if (page === undefined) throw new Error(`docs/rules/${code}.md is missing.`);
  return page;
}
