/** A rule as Markdown: the reasons, the arithmetic in the numbers of the policy, and the sources. */

import type {Rule, RuleDocumentation} from '../rule.ts';
import {explainFile} from './explain.ts';
import type {ExplainRequest} from './explain-with.ts';
import {renderMarkdown} from './render.ts';

/** Why a rule exists, and what that rests on. */
export type RuleTexts = Pick<RuleDocumentation, 'why' | 'sources'>;

/** @param request The policy whose numbers are used. Left out: only the reasons and the sources. */
export async function ruleMarkdown(rule: Rule, {why, sources}: RuleTexts, request?: ExplainRequest): Promise<string> {
  const {code, name, summary} = rule;
  const arithmetic = request === undefined ? '' : renderMarkdown(await explainFile(rule, request));
  return [
    `## ${code} ${name}`,
    `${summary}.`,
    why.trim(),
    arithmetic,
    sources.map(({title, url}) => (/^https?:/.test(url) ? `- [${title}](${url})` : `- ${title} (${url})`)).join('\n'),
  ]
    .filter(part => part !== '')
    .join('\n\n');
}
