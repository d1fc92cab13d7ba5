/** What the linter says about the examples of a page, in the form of a page. */

import type {PageExample, RulePage} from '../../lint/explain/rule-page.ts';
import {fixText} from '../../lint/fix.ts';
import {type LintRequest, lintText} from '../../lint/lint.ts';
import type {GoodExample} from '../../lint/rule.ts';
import {rules} from '../../lint/rules/index.ts';

/** The findings of a rule, with the titles of fixes and suggestions. */
export async function outputOf(code: string, example: GoodExample): Promise<string> {
  const {findings} = await lintText(requestOf(code, example));
  const lines = findings
    .filter(finding => finding.code === code)
    .flatMap(({range: {start, end}, severity, message, fix, suggestions}) => [
      `${start.line}:${start.column}-${end.line === start.line ? '' : `${end.line}:`}${end.column}  ${severity}  ${message}`,
      ...(fix === undefined ? [] : [`    fix  ${fix.title}`]),
      ...suggestions.map(({title}) => `    or   ${title}`),
    ]);
  return `${lines.join('\n')}\n`;
}

/** The page with what the linter says now in place of what it is expected to say. */
export async function withOutput(page: RulePage): Promise<RulePage> {
  const [first, ...others] = page.bad;
  const updated = async ({fixed: _, ...example}: PageExample): Promise<PageExample> => {
    const {code, fix} = page.facts;
    const {text} = await fixText(requestOf(code, example), {unsafe: fix === 'unsafe'});
    return {...example, output: await outputOf(code, example), ...(text === example.text ? {} : {fixed: text})};
  };
  return {...page, bad: [await updated(first), ...(await Promise.all(others.map(updated)))]};
}

/** Only the rule itself speaks; what an intrinsic one says may be about others. */
function requestOf(code: string, {text, path = 'policy.jsonc', files}: GoodExample): LintRequest {
  const rule = rules.find(each => each.code === code)!;
  const others = rule.intrinsic ? [] : rules.filter(each => each !== rule);
  const off = Object.fromEntries(others.map(each => [each.code, 'off' as const]));
  const on = rule.strict ? {[code]: rule.severity} : {};
  return {path, files: {...files, [path]: text}, config: {rules: {...off, ...on}}};
}
