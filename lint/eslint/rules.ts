/** The rules of ESLint: one for each rule of retry-lint that says something of a program. */

import {documentationOf} from '../documentation.ts';
import {type Finding, type Fix, type Severity, severities} from '../finding.ts';
import type {Rule} from '../rule.ts';
import {rules as all} from '../rules/index.ts';
import type {JsNode} from '../source/javascript/syntax.ts';
import {analyse} from './analyse.ts';
import type {Context, Fixer} from './types.ts';

/** A rule, as ESLint and oxlint load it. */
export interface EslintRule {
  readonly meta: {
    readonly type: 'problem' | 'suggestion';
    readonly docs: {readonly description: string; readonly url?: string; readonly recommended: boolean};
    readonly messages: Record<'finding' | 'change', string>;
    readonly schema: object[];
    readonly defaultOptions: [{readonly least: Severity}];
    readonly hasSuggestions: true;
  };
  create(context: object): {Program(node: object): void};
}

/** About the text of a file, about other formats, and about suppressions, for which ESLint has its own comments. */
const OTHERS = 'RL001 RL002 RL006 RL214 RL308 RL402 RL404 RL409 RL422 RL423 RL503 RL604 RL605'.split(' ');

export const ruleList: readonly Rule[] = all.filter(({code}) => !OTHERS.includes(code));

export const eslintRules: Record<string, EslintRule> = Object.fromEntries(
  ruleList.map(rule => [rule.name, eslintRule(rule)]),
);

function eslintRule(rule: Rule): EslintRule {
  const {url} = documentationOf(rule);
  return {
    meta: {
      type: rule.category === 'hygiene' ? 'suggestion' : 'problem',
      docs: {description: rule.summary, ...(url !== undefined && {url}), recommended: rule.strict !== true},
      messages: {finding: '{{code}}: {{message}}', change: '{{title}}'},
      schema: [
        {
          type: 'object',
          properties: {least: {enum: severities, description: 'The lowest severity of findings that are reported.'}},
          additionalProperties: false,
        },
      ],
      defaultOptions: [{least: rule.severity === 'info' ? 'info' : 'warning'}],
      hasSuggestions: true,
      // No change is a fix: what a program writes it may read elsewhere, by the name that it has.
    },
    create: context => ({Program: () => check(rule, context as Context)}), // ESLint and oxlint give it.
  };
}

/** One analysis for all rules: a tree is new whenever its text is. */
const KNOWN = new WeakMap<JsNode, readonly Finding[]>();

function findingsIn({sourceCode: {ast, text}, filename}: Context): readonly Finding[] {
  const known = KNOWN.get(ast);
  if (known !== undefined) return known;
  const findings = analyse({ast, text, path: filename});
  KNOWN.set(ast, findings);
  return findings;
}

function check(rule: Rule, context: Context): void {
  const least = leastOf(context.options[0]) ?? (rule.severity === 'info' ? 'info' : 'warning');
  for (const finding of findingsIn(context)) {
    if (finding.code !== rule.code || severities.indexOf(finding.severity) > severities.indexOf(least)) continue;
    const {fix, suggestions, range, message, code} = finding;
    const offered = [...(fix === undefined ? [] : [fix]), ...suggestions];
    context.report({
      loc: {
        start: {line: range.start.line, column: range.start.column - 1},
        end: {line: range.end.line, column: range.end.column - 1},
      },
      messageId: 'finding',
      data: {code, message},
      suggest: offered.map(each => ({
        messageId: 'change',
        data: {title: each.title},
        fix: (fixer: Fixer) => apply(each, fixer),
      })),
    });
  }
}

const apply = ({edits}: Fix, fixer: Fixer): unknown[] =>
  edits.map(({start, end, text}) => fixer.replaceTextRange([start, end], text));

function leastOf(options: unknown): Severity | undefined {
  const least = typeof options === 'object' && options !== null && 'least' in options ? options.least : undefined;
  return severities.find(severity => severity === least);
}
