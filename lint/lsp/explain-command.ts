/** The commands that explain a rule. */

import {ErrorCodes, ResponseError} from 'vscode-languageserver-protocol';
import {documentationOf} from '../documentation.ts';
import {ruleMarkdown} from '../explain/rule-markdown.ts';
import {textsOf} from '../io/rule-texts.ts';
import type {Rule} from '../rule.ts';
import {codeOf} from '../rule-set.ts';
import {rules} from '../rules/index.ts';
import type {OpenPolicy, Session} from './session.ts';
import {showMessage, showPage} from './show.ts';

/**
 * Opens the page of a rule. Where the editor opens no pages, or the rule has none, shows its reasons as a message.
 *
 * @param policy An open policy whose plugins count.
 */
export async function showExplanation(session: Session, name: string, policy: OpenPolicy | undefined): Promise<null> {
  const rule = await ruleOf(name, policy);
  const {url, command} = documentationOf(rule);
  if (url !== undefined && (await showPage(session, url))) return null;
  const {why} = await textsOf(rule);
  const [reason = ''] = why.trim().split('\n\n');
  showMessage(
    session,
    `${rule.code} ${rule.name}: ${rule.summary}. ${reason.replaceAll(/\s+/g, ' ')}\n"${command}" says more.`,
  );
  return null;
}

/** @returns Markdown, with the numbers of the policy. */
export async function explained(policy: OpenPolicy, name: string): Promise<string> {
  const rule = await ruleOf(name, policy);
  return ruleMarkdown(rule, await textsOf(rule), policy.request);
}

/** @throws ResponseError for an unknown rule. */
async function ruleOf(name: string, policy: OpenPolicy | undefined): Promise<Rule> {
  const available =
    policy === undefined ? rules : (await policy.project.workspace.settingsFor(policy.request.path)).available;
  const code = codeOf(available, name);
  const rule = available.find(each => each.code === code);
  if (rule === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `Unknown rule: ${JSON.stringify(name)}.`);
  return rule;
}
