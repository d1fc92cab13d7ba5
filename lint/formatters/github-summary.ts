/** Markdown for the summary of a job: append it to the file that GITHUB_STEP_SUMMARY names. */

import type {Finding, Severity} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {harmless} from './harmless.ts';
import {counted, findingsOf, formatFixable, formatSum, sumOf} from './sum.ts';

/** GitHub accepts a megabyte; the summary stays shorter, so that people read it. */
const maxRows = 500;

export const githubSummary: Formatter = {
  name: 'github-summary',
  summary: 'Markdown for the summary of a GitHub job',
  written: /^## retry-lint\n\n(?:\| \| rule \| where \| what \|[\s\S]*\n\n)?[^\n]* in \d+ files?\.[^\n]*\n$/,
  format: run => {
    const findings = findingsOf(run);
    const sum = sumOf(run);
    const rows = findings.slice(0, maxRows).map(row);
    const head = ['| | rule | where | what |', '| --- | --- | --- | --- |'];
    const more = findings.length > maxRows ? [`And ${counted(findings.length - maxRows, 'finding')} more.`, ''] : [];
    const fixable = formatFixable(sum, flags => `\`retry-lint ${flags}\``);
    const last = fixable === '' ? `${formatSum(sum)}.` : `${formatSum(sum)}. ${fixable}`;
    const table = rows.length > 0 ? [...head, ...rows, '', ...more] : [];
    return ['## retry-lint', '', ...table, last, ''].join('\n');
  },
};

const MARKS: Readonly<Record<Severity, string>> = {error: '❌', warning: '⚠️', info: 'ℹ️'};

function row({severity, code, name, path, range, message, docs}: Finding): string {
  const rule = docs === undefined ? code : `[${code}](${docs})`;
  const where = markdown(`${path}:${range.start.line}`);
  return `| ${MARKS[severity]} ${severity} | ${rule} ${markdown(name)} | ${where} | ${markdown(message)} |`;
}

/** Text that stays text in a table of Markdown: no link, image, mention, code or HTML, and one line. */
const markdown = (text: string): string =>
  harmless(text.replace(/[\r\n]+/g, ' '))
    .replace(/[!-/:-@[-`{-~]/g, mark => (PLAIN.has(mark) ? mark : `\\${mark}`))
    // GitHub links addresses and notifies mentioned users even if the marks are escaped. A zero-width space prevents that.
    .replace(/\\@|\b(?=www\.)/gi, '$&&#8203;');

/** Punctuation that means nothing inside of a line. The others can be escaped, all of them. */
const PLAIN: ReadonlySet<string> = new Set([...`"'%(),./;?-`]);
