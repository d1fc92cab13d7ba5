/** Pages of rules: tags below the summary, and each finding below its policy, with its fix as a diff. */
import {diffArrays} from 'diff';
import type {MarkdownRenderer} from 'vitepress';
import {escaped} from '../plain-page.ts';
import {isFormat, NO_POLICY} from '../playground/state.ts';
import {fragmentOf, playgroundLink} from '../playground-link.ts';
import type {Token, Tokens} from './tokens.ts';

interface Facts {
  readonly category: string;
  readonly severity: string;
  readonly confidence: string;
  readonly fix?: string;
  readonly strict?: boolean;
}

/** Of the code of an example. */
interface Example {
  readonly output: string;
  /** Of a rule's fix: safe or unsafe. */
  readonly safety: string | undefined;
  readonly fixed: string | undefined;
  readonly playground: string | undefined;
}

export function rulePages(md: MarkdownRenderer): void {
  md.core.ruler.push('rule-page', ({tokens, env, Token}) => {
    const facts = env.frontmatter as Facts | undefined;
    if (facts?.severity === undefined) return;
    const tags = new Token('html_block', '', 0);
    tags.content = `${tagsOf(facts)}\n`;
    // Below the summary.
    tokens.splice(tokens.findIndex(({type}) => type === 'paragraph_close') + 1, 0, tags);
    joinFindings(tokens, facts.fix);
  });
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const html = fence(tokens, index, options, env, self);
    const example = tokens[index]!.meta as Example | null;
    if (example === null || example.output === undefined) return html;
    const {output, fixed, safety, playground} = example;
    const link = playground === undefined ? '' : playgroundLink(playground, 'Open in the playground');
    const shown = html.replace(/<\/div>\s*$/, `${link}${findingsOf(output, safety)}</div>`);
    if (fixed === undefined) return shown;
    const after: Token = Object.assign(Object.create(Object.getPrototypeOf(tokens[index]!)), tokens[index], {
      content: fixed,
      meta: null,
    });
    const whole = fence([after], 0, options, env, self);
    return `${shown}\n<p class="fixed">With the ${safety} fix:</p>\n${diffOf(linesOf(html), linesOf(whole), whole)}`;
  };
}

function tagsOf({category, severity, confidence, fix, strict}: Facts): string {
  const tag = (text: string, kind = ''): string => `<span class="tag${kind}">${escaped(text)}</span>`;
  const fixTag = fix === undefined ? tag('no fix') : tag(`${fix} fix`, fix === 'safe' ? ' safe' : ' warning');
  return `<p class="tags">${tag(severity, ` ${severity}`)}${tag(category)}${tag(`${confidence} confidence`)}${fixTag}${strict === true ? tag('preset strict only') : ''}</p>`;
}

/** Moves what the linter says of an example, and its fixed text, into the token of its code. */
function joinFindings(tokens: Tokens, safety: string | undefined): void {
  for (let index = 0; index + 1 < tokens.length; index++) {
    const [code, output] = [tokens[index]!, tokens[index + 1]!];
    if (code.type !== 'fence' || output.type !== 'fence' || output.info !== 'text') continue;
    const after = tokens.slice(index + 2, index + 6);
    const isFixed =
      after[3]?.type === 'fence' && after[0]?.type === 'paragraph_open' && after[1]?.content.startsWith('With `--fix');
    const before = tokens[index - 1];
    const isNamed = before?.type === 'paragraph_close';
    const example: Example = {
      output: output.content,
      safety,
      fixed: isFixed ? after[3]!.content : undefined,
      playground: isNamed ? undefined : linkOf(code),
    };
    code.meta = example;
    tokens.splice(index + 1, isFixed ? 5 : 1);
  }
}

/** The fragment of a link that opens the code in the playground. */
function linkOf({info, content}: Token): string | undefined {
  const format = info.trim() === 'jsonc' ? 'json' : info.trim();
  if (!isFormat(format)) return undefined;
  const name = format === 'python' ? 'program' : 'policy';
  const compared = [NO_POLICY, ...(format === 'python' ? [] : [name]), 'steadfetch:default'];
  const policies = [{name, format, text: content}];
  return fragmentOf({policies, active: 0, scenario: 'outage', ownScenario: '', compared});
}

/** Each line of an output is a finding, a fix or a suggestion. */
function findingsOf(output: string, safety: string | undefined): string {
  const lines = output
    .trimEnd()
    .split('\n')
    .map(line => {
      const finding = /^([\d:-]+) {2}(error|warning|info) {2}(.*)$/.exec(line);
      if (finding !== null) {
        const [, place, severity, message] = finding;
        return `<p><b class="${severity}">${place} ${severity}</b> ${escaped(message!)}</p>`;
      }
      const [, kind, title] = /^ {4}(fix|or) +(.*)$/.exec(line) ?? [undefined, 'or', line];
      if (kind === 'or') return `<p class="or">Or: ${escaped(title!)} <span class="tag">suggestion</span></p>`;
      return `<p class="or">Fix: ${escaped(title!)} <span class="tag">${safety ?? 'safe'}</span></p>`;
    });
  return `<div class="findings">${lines.join('')}</div>`;
}

const LINE = /<span class="line">([\s\S]*?)<\/span>(?=\n|<\/code>)/g;

/** The lines of highlighted code. */
const linesOf = (html: string): readonly string[] => Array.from(html.matchAll(LINE), ([, line]) => line!);

/** @param frame The fixed code, whose lines are replaced. */
function diffOf(old: readonly string[], now: readonly string[], frame: string): string {
  const lines = diffArrays([...old], [...now]).flatMap(({added, removed, value}) => {
    const kind = added ? ' add' : removed ? ' del' : '';
    return value.map(line => `<span class="line${kind}">${line}</span>`);
  });
  return frame
    .replace(/<code([^>]*)>[\s\S]*<\/code>/, (_, attributes: string) => `<code${attributes}>${lines.join('\n')}</code>`)
    .replace(/^<div class="/, '<div class="diff ');
}
