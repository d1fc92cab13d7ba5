/** Markdown for the summary of a job: append it to the file that GITHUB_STEP_SUMMARY names. */

import type {Finding, Severity} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {counted, findingsOf, sayFixable, saySum, sumOf} from './sum.ts';

/** The page takes a megabyte; long before that nobody reads on. */
const maxRows = 500;

export const githubSummary: Formatter = {
  name: 'github-summary',
  summary: 'Markdown for the summary of a GitHub job',
  format: run => {
    const findings = findingsOf(run);
    const sum = sumOf(run);
    const rows = findings.slice(0, maxRows).map(row);
    const head = ['| | rule | where | what |', '| --- | --- | --- | --- |'];
    const more = findings.length > maxRows ? [`And ${counted(findings.length - maxRows, 'finding')} more.`, ''] : [];
    const fixable = sayFixable(sum, flags => `\`retry-lint ${flags}\``);
    const last = fixable === '' ? `${saySum(sum)}.` : `${saySum(sum)}. ${fixable}`;
    const table = rows.length > 0 ? [...head, ...rows, '', ...more] : [];
    return ['## retry-lint', '', ...table, last, ''].join('\n');
  },
};

const MARKS: Readonly<Record<Severity, string>> = {error: '❌', warning: '⚠️', info: 'ℹ️'};

function row({severity, code, name, path, range, message, docs}: Finding): string {
  const where = `\`${path.replaceAll('`', '')}:${range.start.line}\``;
  return `| ${MARKS[severity]} ${severity} | [${code}](${docs}) ${name} | ${cell(where)} | ${cell(message)} |`;
}

/** Markdown and HTML of a policy stay text. */
const cell = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|');
