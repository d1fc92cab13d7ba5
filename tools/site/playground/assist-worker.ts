/** Completes and explains policies, in a worker, by the code of the language server. Loaded when the editor is first used. */
import {lintText} from '../../../lint/index.ts';
import {completionsAt} from '../../../lint/lsp/completions-at.ts';
import {hoverAt} from '../../../lint/lsp/hover-at.ts';
import type {AssistJob, AssistResult} from './protocol.ts';
import {textsOf} from './rule-texts.ts';
import {serve} from './serve.ts';

serve<AssistJob, AssistResult>(async ({wants, path, text, position, today}) => {
  const request = {path, files: {[path]: text}, config: {today}};
  const policy = {request, text};
  if (wants === 'completions')
    return {completions: await completionsAt(policy, position, {snippets: true, showsSchema: true}), hover: null};
  const {findings} = await lintText(request);
  return {completions: [], hover: await hoverAt(policy, position, {findings, showsSchema: true, textsOf})};
});
