/**
 * The reasons and examples of a rule: a plugin has its own, a built-in rule has its page in docs/rules of this package.
 *
 * In VS Code, lint/vscode/server/rule-texts.ts stands for this file.
 */

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {documentationOf} from '../documentation.ts';
import type {RuleTexts} from '../explain/rule-markdown.ts';
import {readRulePage} from '../explain/rule-page.ts';
import type {Rule, RuleDocumentation} from '../rule.ts';
import {CliError, whyNot} from './cli-error.ts';
import {pagesFolder} from './pages-folder.ts';

/** @throws CliError if the page cannot be read, for example because a program removed the documentation of all packages. */
export async function readDocumentation(rule: Rule): Promise<RuleDocumentation> {
  if (rule.documentation !== undefined) return rule.documentation();
  const path = `docs/rules/${rule.code}.md`;
  try {
    return readRulePage(readFileSync(join(pagesFolder, `${rule.code}.md`), 'utf8'), path);
  } catch (cause) {
    const {url} = documentationOf(rule);
    const elsewhere = url === undefined ? '' : ` It is also at ${url}.`;
    throw new CliError(`The page ${path} of this installation of retry-lint ${whyNot(cause)}.${elsewhere}`, {cause});
  }
}

/** Without a page, the reason is why there is none. */
export async function textsOf(rule: Rule): Promise<RuleTexts> {
  try {
    return await readDocumentation(rule);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return {why: error.message, sources: []};
  }
}
