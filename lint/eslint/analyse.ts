/** What the linter finds in a program. It reads the tree that ESLint has made, and no file. */

import {checksOf} from '../check-of.ts';
import {javascriptDialects} from '../dialects/javascript/index.ts';
import {policiesOf} from '../dialects/policies.ts';
import type {Finding, Fix} from '../finding.ts';
import {presetsBelow} from '../model/extends.ts';
import {modelUpon} from '../model/model.ts';
import {Collector} from '../report/collector.ts';
import {collectDrafts} from '../report/drafts.ts';
import {reportRemarks, reportShape} from '../report/shape-findings.ts';
import {ruleSetOf} from '../rule-set.ts';
import {JsModule} from '../source/javascript/module.ts';
import type {JsNode} from '../source/javascript/syntax.ts';
import {writerFor} from '../source/javascript/write.ts';
import type {Source} from '../source/tree.ts';

export interface Program {
  readonly ast: JsNode;
  readonly text: string;
  /** The path of the file, with slashes or backslashes. */
  readonly path: string;
}

/** Which rules report, ESLint decides. */
const RULES = ruleSetOf({rules: {RL410: 'info'}});

/** Tests wait and repeat on purpose. */
const TEST = /(?:^|[\\/])(?:tests?|__tests__|__mocks__|e2e|specs?)[\\/]|\.(?:test|spec|e2e|bench)\.[cm]?[jt]sx?$/;

const LONGEST = 5_000_000;

export function analyse({ast, text, path}: Program): readonly Finding[] {
  if (text.length > LONGEST || !javascriptDialects.some(dialect => dialect.wants(path, text))) return [];
  const javascript = new JsModule(ast, text);
  const source: Source = {
    path,
    text,
    format: 'javascript',
    documents: [],
    comments: [],
    problems: [],
    javascript,
    writer: writerFor(text),
  };
  const collector = new Collector(source);
  const rules = TEST.test(path) ? RULES.forTests : RULES;
  for (const {dialect, shape} of policiesOf(source, {builtInDialects: javascriptDialects})) {
    reportShape(shape, rules, collector);
    reportRemarks(shape, rules, collector);
    const model = modelUpon(presetsBelow(shape), shape, dialect);
    for (const rule of rules.rules)
      for (const check of checksOf(rule))
        if (rules.severityOf(rule, check) !== undefined) collectDrafts(rule, check, model, rules, collector);
  }
  return collector.findings.map(finding => ({
    ...finding,
    ...(finding.fix && {fix: inLong(finding.fix, javascript)}),
    suggestions: finding.suggestions.map(each => inLong(each, javascript)),
  }));
}

/** A word that is no value is the new name of a field. */
const NAME = /^(?!(?:true|false|null)$)[A-Za-z_$][\w$]*$/;

/**
 * `{retries}` is a name and a value in one: where one of them changes, the other is written beside it. The name in `{['retries']: 2}` keeps its quotes.
 */
const inLong = (fix: Fix, {shorthands, text}: JsModule): Fix => ({
  ...fix,
  edits: fix.edits.map(edit => {
    const old = text.slice(edit.start, edit.end);
    if (NAME.test(edit.text) && /\[\s*$/.test(text.slice(0, edit.start)) && /^['"`]/.test(old))
      return {...edit, text: `${old[0]}${edit.text}${old[0]}`};
    if (edit.text === '' || shorthands.get(edit.start) !== edit.end) return edit;
    return {...edit, text: NAME.test(edit.text) ? `${edit.text}: ${old}` : `${old}: ${edit.text}`};
  }),
});
