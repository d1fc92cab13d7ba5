/** Which documents are policies, and whether the workspace has any. */

import {type TextDocument, type Uri, window, workspace} from 'vscode';
import {dialectSigns} from '../../dialects/signs.ts';
import {isOfLinter, isPolicyText} from '../../io/policy-file.ts';

const LANGUAGES: readonly string[] = ['json', 'jsonc', 'yaml', 'python'];

/** By name, by `$schema`, or by a word of another language. What a configuration declares besides is known to the server alone. */
export function isPolicyDocument({languageId, uri, getText}: TextDocument): boolean {
  if (!LANGUAGES.includes(languageId)) return false;
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const text = getText();
  return isOfLinter(name) || isPolicyText(text, name) || dialectSigns.some(({wants}) => wants(uri.path, text));
}

/** The document that is shown. Where no document is shown, but a page such as the walkthrough: a policy in another tab. */
export function shownDocument(): Uri | undefined {
  return (window.activeTextEditor?.document ?? workspace.textDocuments.find(isPolicyDocument))?.uri;
}

const NAMED = '**/{*.retry,retry-policy,retry-policy.*}.{json,jsonc,yaml,yml}';

export async function hasPolicy(): Promise<boolean> {
  const found = await workspace.findFiles(`{${NAMED},**/.retry-lintrc.{json,jsonc}}`, '**/node_modules/**', 1);
  return found.length > 0;
}
