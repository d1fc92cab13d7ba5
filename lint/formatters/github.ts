/** Workflow commands of GitHub Actions: annotations on the lines of a pull request. */

import {type Finding, type Severity, severities} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {harmlessLines} from './harmless.ts';
import {findingsOf} from './sum.ts';

export const github: Formatter = {
  name: 'github',
  summary: 'annotations of GitHub Actions',
  written: /^(?:::(?:error|warning|notice) file=[^\n]*\n)+$/,
  format: run =>
    // GitHub shows the first ten errors and the first ten warnings of a step, so the worst come first.
    findingsOf(run)
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      .map(command)
      .join(''),
};

const COMMANDS: Readonly<Record<Severity, string>> = {error: 'error', warning: 'warning', info: 'notice'};

function command({severity, path, range, code, name, message, docs}: Finding): string {
  const {start, end} = range;
  // Columns count only on one line.
  const columns = start.line === end.line ? {col: start.column, endColumn: end.column} : {};
  const properties = {file: path, line: start.line, endLine: end.line, ...columns, title: `${code} ${name}`};
  const list = Object.entries(properties).map(
    ([key, value]) => `${key}=${escapeProperty(harmlessLines(String(value)))}`,
  );
  return `::${COMMANDS[severity]} ${list.join(',')}::${escapeData(harmlessLines(docs === undefined ? message : `${message} ${docs}`))}\n`;
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
