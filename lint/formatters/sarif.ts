/** SARIF 2.1.0, as GitHub code scanning takes it: relative URIs, a level on every result, a fingerprint of its own for each. */

import {documentationOf, guideUrl} from '../documentation.ts';
import type {Confidence, Finding, Fix, Severity, Suppressed} from '../finding.ts';
import type {Rule} from '../rule.ts';
import type {Range} from '../source/lines.ts';
import {type Formatter, firedRules, type Run} from './formatter.ts';
import {jsonText} from './harmless.ts';
import {uriOf} from './uri.ts';

export const sarif: Formatter = {
  name: 'sarif',
  summary: 'SARIF 2.1.0, for GitHub code scanning',
  written:
    /^\{\s*"\$schema": "[^"]*sarif[^"]*",\s*"version": "[^"]*",\s*"runs": \[\s*\{\s*"tool": \{\s*"driver": \{\s*"name": "retry-lint"/,
  showsReasons: true,
  format: run => jsonText(logOf(run)),
};

const LEVELS: Readonly<Record<Severity, string>> = {error: 'error', warning: 'warning', info: 'note'};
const PRECISION: Readonly<Record<Confidence, string>> = {high: 'high', medium: 'medium', low: 'low'};

function logOf(run: Run): object {
  // A viewer lists them, and each comes with its reasons.
  const rules = firedRules(run);
  const index = new Map(rules.map(({code}, position) => [code, position]));
  const results = run.reports.flatMap(({findings, suppressed}) => [
    ...findings.map(finding => resultOf(finding, index)),
    ...suppressed.map(item => suppressedResult(item, index)),
  ]);
  const guide = guideUrl();
  const driver = {
    name: 'retry-lint',
    semanticVersion: run.version,
    ...(guide === undefined ? {} : {informationUri: guide}),
    rules: rules.map(rule => descriptorOf(rule, run.reasons?.get(rule.code))),
  };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{tool: {driver}, columnKind: 'utf16CodeUnits', results}],
  };
}

function descriptorOf(rule: Rule, reasons: string | undefined): object {
  const {code, name, summary, severity, confidence, category, fix} = rule;
  const why = reasons?.trim() ?? `${summary}.`;
  const {url} = documentationOf(rule);
  return {
    id: code,
    name,
    shortDescription: {text: `${summary}.`},
    fullDescription: {text: why.split('\n\n')[0]!.replaceAll('\n', ' ')},
    ...(url === undefined ? {} : {helpUri: url}),
    help: {text: why, markdown: why},
    defaultConfiguration: {level: LEVELS[severity]},
    properties: {tags: [category], precision: PRECISION[confidence], fix: fix ?? 'none'},
  };
}

function resultOf(finding: Finding, index: ReadonlyMap<string, number>): object {
  const {code, severity, message, path, range, related, fix, suggestions, fingerprint} = finding;
  const fixes = [...(fix ? [fix] : []), ...suggestions];
  return {
    ruleId: code,
    ruleIndex: index.get(code) ?? -1,
    level: LEVELS[severity],
    message: {text: message},
    locations: [{physicalLocation: physical(path, range)}],
    ...(related.length > 0
      ? {
          relatedLocations: related.map((place, id) => ({
            id,
            message: {text: place.message},
            physicalLocation: physical(place.path, place.range),
          })),
        }
      : {}),
    partialFingerprints: {'retryLint/v1': `${uriOf(path)} ${fingerprint}`},
    ...(fixes.length > 0 ? {fixes: fixes.map(item => fixOf(path, item))} : {}),
  };
}

function suppressedResult({finding, by, reason}: Suppressed, index: ReadonlyMap<string, number>): object {
  const kind = by === 'baseline' ? 'external' : 'inSource';
  return {
    ...resultOf(finding, index),
    suppressions: [{kind, ...(reason === undefined ? {} : {justification: reason})}],
  };
}

const physical = (path: string, range: Range): object => ({
  artifactLocation: {uri: uriOf(path)},
  region: regionOf(range),
});

const regionOf = ({start, end}: Range): object => ({
  startLine: start.line,
  startColumn: start.column,
  endLine: end.line,
  endColumn: end.column,
});

function fixOf(path: string, {title, safety, edits}: Fix): object {
  const replacements = edits.map(({range, text}) => ({deletedRegion: regionOf(range), insertedContent: {text}}));
  return {
    description: {text: safety === 'safe' ? title : `${title} (unsafe)`},
    artifactChanges: [{artifactLocation: {uri: uriOf(path)}, replacements}],
    properties: {safety},
  };
}
