/** Reads docs/rules/RLxxx.md, the source of the facts, reasons and examples of a built-in rule. CONTRIBUTING.md describes its form. */

import {severities} from '../finding.ts';
import type {BadExample, Citation, ExpectedFinding, GoodExample, RuleDocumentation, RuleFacts} from '../rule.ts';
import {Lines} from '../source/lines.ts';
import {PageBlocks, RulePageError} from './page-blocks.ts';

export interface RulePage extends RuleDocumentation {
  readonly facts: RuleFacts;
  /** The version that introduced the rule. */
  readonly since: string;
  /** Code and name of the retired rules that it has the checks of. With its own code: a name that it had. */
  readonly formerly: readonly (readonly [code: string, name: string])[];
  readonly bad: readonly [PageExample, ...PageExample[]];
}

export interface PageExample extends BadExample {
  /** What the linter says: the expected findings, with the titles of their fixes and suggestions. */
  readonly output: string;
}

/** The last paragraph of every page. */
export const FOOTER = '[All rules](README.md), and how to [switch one off](README.md#settings)';

/** The flags that apply the fixes of a rule. */
export const flagsOf = (fix: RuleFacts['fix']): string => (fix === 'unsafe' ? '--fix --unsafe-fixes' : '--fix');

/**
 * @param path The path of the page, for messages: `docs/rules/RL203.md`.
 * @throws RulePageError with the line of the first mistake.
 */
export function readRulePage(text: string, path: string): RulePage {
  const lines = text.split(/\r?\n/);
  const {since, formerly, length, ...front} = frontOf(lines, path);
  const blocks = new PageBlocks(path, lines, length);
  const [, code = '', name = ''] = blocks.take(/^# (RL\d{3}) (\S+)$/, '# RL000 name-of-the-rule');
  const [, summary = ''] = blocks.take(/^\*\*([^*]+)\.\*\*$/, '**What the rule asks for.**');
  const facts: RuleFacts = {code, name, ...front, summary};
  const why = blocks.takeUntil('## Flagged');
  blocks.takeText('## Flagged');
  const bad = atLeastOne(blocks, () => badExample(blocks, facts));
  blocks.takeText('## Left alone');
  const good = atLeastOne(blocks, () => examplePart(blocks));
  blocks.takeUntil('## Sources');
  blocks.takeText('## Sources');
  const sources = sourcesOf(blocks);
  blocks.takeText(FOOTER);
  blocks.end();
  return {facts, since, formerly, why, sources, bad, good};
}

type Front = Omit<RuleFacts, 'code' | 'name' | 'summary'> &
  Pick<RulePage, 'since' | 'formerly'> & {readonly length: number};

/** Its fields have one order, so that pages are alike. */
function frontOf(lines: readonly string[], path: string): Front {
  let index = 0;
  const mistake = (wanted: string) => new RulePageError(`${path}:${index + 1}: expected "${wanted}".`);
  const fence = (): void => {
    if (lines[index] !== '---') throw mistake('---');
    index++;
  };
  const optional = <T extends string>(key: string, values: readonly T[]): T | undefined => {
    const line = lines[index] ?? '';
    if (!line.startsWith(`${key}: `)) return undefined;
    const value = values.find(each => line === `${key}: ${each}`);
    if (value === undefined) throw mistake(`${key}: ${values.join(' | ')}`);
    index++;
    return value;
  };
  const required = <T extends string>(key: string, values: readonly T[]): T => {
    const value = optional(key, values);
    if (value === undefined) throw mistake(`${key}: ${values.join(' | ')}`);
    return value;
  };
  fence();
  const category = required('category', ['file', 'safety', 'load', 'latency', 'correctness', 'hygiene']);
  const severity = required('severity', severities);
  const confidence = required('confidence', ['high', 'medium', 'low']);
  const fix = optional('fix', ['safe', 'unsafe']);
  const strict = optional('strict', ['true']);
  const since = /^since: (\d+\.\d+\.\d+)$/.exec(lines[index] ?? '')?.[1];
  if (since === undefined) throw mistake('since: 1.0.0');
  index++;
  const formerly = [];
  if (lines[index] === 'formerly:') index++;
  for (let old = formerAt(lines[index]); old !== undefined; old = formerAt(lines[index])) {
    formerly.push(old);
    index++;
  }
  fence();
  return {
    ...{category, severity, confidence, since, formerly, length: index},
    ...(fix === undefined ? {} : {fix}),
    ...(strict === undefined ? {} : {strict: true}),
  };
}

/** `  - RL211 no-fast-retries-on-overload`, one on each line below `formerly:`. */
function formerAt(line = ''): readonly [string, string] | undefined {
  const [, code, name] = /^ {2}- (RL\d{3}) ([a-z-]+)$/.exec(line) ?? [];
  return code === undefined || name === undefined ? undefined : [code, name];
}

function atLeastOne<T>(blocks: PageBlocks, read: () => T): [T, ...T[]] {
  const all: [T, ...T[]] = [read()];
  while (blocks.isNext(EXAMPLE)) all.push(read());
  return all;
}

const EXAMPLE = /^### (.+)$/;
/** The names of the examples that name none. */
const PATHS: Readonly<Record<string, string>> = {yaml: 'policy.yaml', python: 'calls.py'};
const FILE = /^`([^`]+)`:$/;

/** The policy, and the files that it extends, each below its name. The name of the policy may be left out. */
function examplePart(blocks: PageBlocks): GoodExample {
  const [, name = ''] = blocks.take(EXAMPLE, '### Name of an example');
  const path = blocks.takeIf(FILE)?.[1];
  const {text, language} = blocks.takeCode('jsonc', 'yaml', 'python');
  const files: Record<string, string> = {};
  for (let file = blocks.takeIf(FILE); file !== undefined; file = blocks.takeIf(FILE))
    files[file[1]!] = blocks.takeCode('jsonc', 'yaml').text;
  return {
    name,
    text,
    path: path ?? PATHS[language] ?? 'policy.jsonc',
    ...(Object.keys(files).length === 0 ? {} : {files}),
  };
}

function badExample(blocks: PageBlocks, {fix}: RuleFacts): PageExample {
  const example = examplePart(blocks);
  const {text: output, line} = blocks.takeCode('text');
  const findings = output
    .trimEnd()
    .split('\n')
    .flatMap((said, index) => {
      const finding = findingOf(said, new Lines(example.text), example.text);
      if (finding === undefined && (index === 0 || !/^ {4}(?:fix|or ) {2}\S/.test(said)))
        throw blocks.expected('"1:2-3  error  Message.", "    fix  Title" or "    or   Title"', line + 1 + index);
      return finding ?? [];
    });
  if (!blocks.isNext(/^With /)) return {...example, findings, output};
  blocks.takeText(`With \`${flagsOf(fix)}\`:`);
  return {...example, findings, output, fixed: blocks.takeCode('jsonc', 'yaml', 'python').text};
}

/** `line:column-end  severity  message`; `end` is the column after the last character, with its line if that is another. */
function findingOf(said: string, lines: Lines, text: string): ExpectedFinding | undefined {
  const match = /^(\d+):(\d+)-(?:(\d+):)?(\d+) {2}(\w+) {2}(\S.*)$/.exec(said);
  const severity = severities.find(each => each === match?.[5]);
  if (match === null || severity === undefined) return undefined;
  const [, line = '', column = '', lastLine = line, end = '', , message = ''] = match;
  const offset = (at: string, of: string): number => lines.startOf(Number(at)) + Number(of) - 1;
  return {at: `${line}:${column}`, marks: text.slice(offset(line, column), offset(lastLine, end)), severity, message};
}

/** A list of links. Those to pages of this package are relative to docs/rules. */
function sourcesOf(blocks: PageBlocks): Citation[] {
  const [list] = blocks.take(/^- \[[\s\S]*$/, '- [Title](url)');
  return list.split('\n').map(item => {
    const [, title = '', url = ''] = /^- \[(.+)\]\(((?:https:|\.\.)\/\S+)\)$/.exec(item) ?? [];
    if (title === '') throw blocks.expected(`"- [Title](url)" and not "${item}"`);
    return {title, url: url.replace(/^\.\.\//, 'docs/')};
  });
}
