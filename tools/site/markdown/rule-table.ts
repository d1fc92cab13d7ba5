/** The table of all rules: a form above it, and severities as tags. */
import {basename, dirname} from 'node:path';
import type {MarkdownRenderer} from 'vitepress';
import {SEVERITIES} from '../client/rule-choice.ts';
import {RULE_GROUPS} from '../pages.ts';
import {textOf} from './tokens.ts';

const FIXES = {safe: 'Safe fix', unsafe: 'Unsafe fix', suggestions: 'Suggestions', none: 'No fix'};

export function ruleTable(md: MarkdownRenderer): void {
  md.core.ruler.push('rule-table', ({tokens, env, Token}) => {
    const path: string = env.realPath ?? env.path;
    if (basename(path) !== 'README.md' || basename(dirname(path)) !== 'rules') return;
    const start = tokens.findIndex(({type}) => type === 'table_open');
    const end = tokens.findIndex(({type}) => type === 'table_close');
    tokens[start]!.attrJoin('class', 'rules');
    const rows = tokens.slice(start, end);
    for (const [index, token] of rows.entries()) {
      // The first cell is the code, as a link.
      if (token.type === 'tr_open' && rows[index + 1]!.type === 'td_open')
        token.attrSet('id', textOf(rows[index + 2]!));
      const severity = token.type === 'inline' ? SEVERITIES.find(each => each === token.content) : undefined;
      if (severity === undefined) continue;
      const tag = new Token('html_inline', '', 0);
      tag.content = `<span class="tag ${severity}">${severity}</span>`;
      token.children = [tag];
    }
    const form = new Token('html_block', '', 0);
    form.content = formOf(rows.filter(({type}) => type === 'tr_open').length - 1);
    tokens.splice(start, 0, form);
  });
}

const options = (names: Readonly<Record<string, string>>): string =>
  [
    '<option value="">Any</option>',
    ...Object.entries(names).map(([value, text]) => `<option value="${value}">${text}</option>`),
  ].join('');

const formOf = (rules: number): string => `<form class="rule-filter" role="search" aria-label="Filter the rules">
<label class="whole">Text <input type="search" name="q" placeholder="Code, name or words" autocomplete="off"></label>
<fieldset class="whole"><legend>Severity</legend><div>${SEVERITIES.map(each => `<label><input type="checkbox" name="severity" value="${each}" checked>${each}</label>`).join('')}</div></fieldset>
<label>Fix <select name="fix">${options(FIXES)}</select></label>
<label>Group <select name="group">${options(RULE_GROUPS)}</select></label>
<p><span role="status">${rules} rules</span> <button type="reset">Clear</button></p>
</form>
`;
