/**
 * Writes docs/rules: a page for each rule, and a list of them. What a page shows is what the linter says: its examples are linted,
 * fixed and explained while the page is written.
 *
 * Run by `npm run generate`.
 */

import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {arithmeticOf} from '../lint/explain/arithmetic.ts';
import {explainFile} from '../lint/explain/explain.ts';
import {renderMarkdown} from '../lint/explain/render.ts';
import type {Finding} from '../lint/finding.ts';
import {fixText} from '../lint/fix.ts';
import {lintText} from '../lint/lint.ts';
import type {BadExample, GoodExample, Rule} from '../lint/rule.ts';
import {rules} from '../lint/rules/index.ts';
import {formatOf} from '../lint/source/read.ts';

const FOLDER = 'docs/rules/';
const root = new URL('../', import.meta.url);

/** Every page by its path from the root of the package. */
export async function rulePages(): Promise<Record<string, string>> {
  const pages: Record<string, string> = {[`${FOLDER}README.md`]: await listPage()};
  for (const rule of rules) pages[`${FOLDER}${rule.code}.md`] = await pageOf(rule);
  return pages;
}

const banner = (from: string): string => `<!-- Generated from ${from} by scripts/rule-pages.ts. Do not edit. -->`;

async function listPage(): Promise<string> {
  const rows = [];
  for (const rule of rules) {
    const {code, name, severity, summary} = rule;
    rows.push(`| [${code}](${code}.md) | \`${name}\` | ${severity} | ${summary} | ${await fixesOf(rule)} |`);
  }
  return `${[
    banner('lint/rules'),
    '# The rules of retry-lint',
    `${rules.length} rules. Code and name are accepted wherever a rule is named. A severity is what most findings of the rule have: some are
milder or worse, as their pages show. A *safe* fix is applied by \`--fix\`: each call that would have succeeded still does. An *unsafe* fix
may change what calls do, or chooses a number, and takes \`--fix --unsafe-fixes\`. *Suggestions* need a decision, and no command applies them.
\`retry-lint explain RL203 policy.json\` says the same without a network, and works it out in the numbers of that file.`,
    ['| code | name | severity | what it asks for | fix |', '|---|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')}\n`;
}

async function fixesOf(rule: Rule): Promise<string> {
  const findings = (await Promise.all(rule.documentation().bad.map(example => findingsOf(rule, example)))).flat();
  const suggests = findings.some(({suggestions}) => suggestions.length > 0);
  return [rule.fix ?? 'none', ...(suggests ? ['suggestions'] : [])].join(', ');
}

async function pageOf(rule: Rule): Promise<string> {
  const {code, name, summary, severity, confidence, category} = rule;
  const {why, sources, bad, good} = rule.documentation();
  const facts = [severity, `${confidence} confidence`, category];
  const flagged = [];
  for (const example of bad) flagged.push(await badSection(rule, example));
  return `${[
    banner('lint/rules'),
    `# ${code} ${name}`,
    `**${summary}.** ${capital(facts.join(', '))}${rule.strict ? ', only under the preset `strict`' : ''}. Fix: ${await fixesOf(rule)}.`,
    why.trim(),
    '## Flagged',
    ...flagged,
    '## Left alone',
    ...good.map(example => `### ${capital(example.name)}\n\n${codeBlocks(example)}`),
    ...(await arithmeticSection(rule)),
    '## Sources',
    sources.map(({title, url}) => `- [${title}](${url.replace(/^docs\//, '../')})`).join('\n'),
    settings(rule),
    '[All rules](README.md)',
  ].join('\n\n')}\n`;
}

async function badSection(rule: Rule, example: BadExample): Promise<string> {
  const findings = await findingsOf(rule, example);
  const said = findings.flatMap(({range: {start}, severity, message, fix, suggestions}) => [
    `${start.line}:${start.column}  ${severity}  ${message}`,
    ...(fix === undefined ? [] : [`    fix  ${fix.title}`]),
    ...suggestions.map(({title}) => `    or   ${title}`),
  ]);
  const unsafe = rule.fix === 'unsafe';
  const {text} = await fixText(requestOf(rule, example), {unsafe});
  const flags = unsafe ? '--fix --unsafe-fixes' : '--fix';
  const fixed = text === example.text ? [] : [`With \`${flags}\`:`, codeBlock(example.path, text)];
  return [`### ${capital(example.name)}`, codeBlocks(example), `\`\`\`text\n${said.join('\n')}\n\`\`\``, ...fixed].join(
    '\n\n',
  );
}

function codeBlocks({text, path, files = {}}: GoodExample): string {
  const others = Object.entries(files).map(([name, content]) => `\`${name}\`:\n\n${codeBlock(name, content)}`);
  return [codeBlock(path, text), ...others].join('\n\n');
}

const codeBlock = (path = 'policy.jsonc', text: string): string =>
  `\`\`\`${formatOf(path) === 'yaml' ? 'yaml' : 'jsonc'}\n${text.trimEnd()}\n\`\`\``;

/** The first example, worked out, as `explain` does it. */
async function arithmeticSection(rule: Rule): Promise<string[]> {
  if (arithmeticOf(rule.code) === undefined) return [];
  const [{text, path = 'policy.jsonc', files}] = rule.documentation().bad;
  const explanations = await explainFile(rule, {path, files: {...files, [path]: text}});
  return [
    '## Worked out',
    `The first example, as \`retry-lint explain ${rule.code} ${path}\` has it.`,
    renderMarkdown(explanations),
  ];
}

function settings({code}: Rule): string {
  return `## Settings

\`"rules": {"${code}": "off"}\` in \`.retry-lintrc.json\`, or \`--rule ${code}=off\`, switches it off; \`"error"\`, \`"warning"\` and \`"info"\` set
how severe it is. For one place, with the reason:

\`\`\`jsonc
// retry-lint-disable-next-line ${code} -- why it is right here
\`\`\``;
}

const findingsOf = async (rule: Rule, example: GoodExample): Promise<Finding[]> =>
  (await lintText(requestOf(rule, example))).findings.filter(({code}) => code === rule.code);

/** Only the rule itself speaks; what an intrinsic one says may be about others. */
function requestOf(rule: Rule, {text, path = 'policy.jsonc', files}: GoodExample) {
  const others = rule.intrinsic ? [] : rules.filter(({code}) => code !== rule.code);
  const off = Object.fromEntries(others.map(({code}) => [code, 'off'] as const));
  return {
    path,
    files: {...files, [path]: text},
    config: {rules: {...off, ...(rule.strict ? {[rule.code]: rule.severity} : {})}},
  };
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

if (import.meta.main) {
  const pages = await rulePages();
  mkdirSync(new URL(FOLDER, root), {recursive: true});
  for (const name of readdirSync(new URL(FOLDER, root)))
    if (pages[FOLDER + name] === undefined) rmSync(new URL(FOLDER + name, root));
  for (const [path, text] of Object.entries(pages)) writeFileSync(new URL(path, root), text);
}
