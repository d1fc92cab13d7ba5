/** The text of a page of docs/rules, in the form that lint/explain/rule-page.ts reads. */

import {FOOTER, flagsOf, type PageExample, type RulePage} from '../../lint/explain/rule-page.ts';
import type {GoodExample} from '../../lint/rule.ts';
import {formatOf} from '../../lint/source/read.ts';

/** @param workedOut Markdown; '' for a rule without arithmetic. */
export function renderPage({facts, since, formerly, why, sources, bad, good}: RulePage, workedOut: string): string {
  const {code, name, category, severity, confidence, fix, strict, summary} = facts;
  const front = Object.entries({category, severity, confidence, fix, strict, since});
  const old = formerly.map(each => `  - ${each.join(' ')}\n`);
  if (old.length > 0) old.unshift('formerly:\n');
  const sections = [
    `---\n${front.map(([key, value]) => (value === undefined ? '' : `${key}: ${value}\n`)).join('')}${old.join('')}---`,
    `# ${code} ${name}`,
    `**${summary}.**`,
    why,
    '## Flagged',
    ...bad.map(example => badSection(example, flagsOf(fix))),
    '## Left alone',
    ...good.map(goodSection),
    ...(workedOut === '' ? [] : ['## Worked out', workedOut]),
    '## Sources',
    sources.map(({title, url}) => `- [${title}](${url.replace(/^docs\//, '../')})`).join('\n'),
    FOOTER,
  ];
  return `${sections.join('\n\n')}\n`;
}

function badSection(example: PageExample, flags: string): string {
  const {path, output, fixed} = example;
  const fix = fixed === undefined ? [] : [`With \`${flags}\`:`, codeBlock(path, fixed)];
  return [goodSection(example), `\`\`\`text\n${output}\`\`\``, ...fix].join('\n\n');
}

function goodSection({name, text, path = 'policy.jsonc', files = {}}: GoodExample): string {
  const named = /^(?:policy\.(?:jsonc|yaml)|calls\.py)$/.test(path) ? codeBlock(path, text) : fileBlock(path, text);
  return [`### ${name}`, named, ...Object.entries(files).map(([other, content]) => fileBlock(other, content))].join(
    '\n\n',
  );
}

const fileBlock = (path: string, text: string): string => `\`${path}\`:\n\n${codeBlock(path, text)}`;

const codeBlock = (path = 'policy.jsonc', text: string): string => `\`\`\`${LANGUAGES[formatOf(path)]}\n${text}\`\`\``;

const LANGUAGES = {json: 'jsonc', yaml: 'yaml', python: 'python', javascript: 'js'} as const;
