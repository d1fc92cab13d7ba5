/** The pages of docs/rules, by the codes of their rules. */

import {readdirSync, readFileSync} from 'node:fs';
import {type RulePage, readRulePage} from '../../lint/explain/rule-page.ts';

const root = new URL('../../', import.meta.url);

export const FOLDER = 'docs/rules/';

export function readPages(): Map<string, RulePage> {
  const names = readdirSync(new URL(FOLDER, root)).filter(name => /^RL\d{3}\.md$/.test(name));
  return new Map(names.sort().map(name => [name.slice(0, -3), readPage(FOLDER + name)]));
}

function readPage(path: string): RulePage {
  const page = readRulePage(readFileSync(new URL(path, root), 'utf8'), path);
  if (path !== `${FOLDER}${page.facts.code}.md`) throw new Error(`${path} is the page of ${page.facts.code}.`);
  return page;
}
