/** JUnit's XML: a suite for each file, a failed case for each error or warning. An info fails nothing, and is output of its suite. */

import type {Finding, Report} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {xml} from './xml.ts';

export const junit: Formatter = {
  name: 'junit',
  summary: "JUnit's XML, for Jenkins and others",
  written: /^<\?xml [^>]*>\s*<testsuites>\s*(?:<\/testsuites>\s*$|<testsuite name="[^"]*" package="retry-lint")/,
  format: ({reports, version, today}) =>
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites>',
      ...reports.map((report, id) => suite(report, id, version, today())),
      '</testsuites>',
      '',
    ].join('\n'),
};

const isFailure = ({severity}: Finding): boolean => severity !== 'info';

/** The schemas of Jenkins and of Ant want different things; this is what both take. Ant's wants times, which say nothing here. */
function suite({path, findings}: Report, id: number, version: string, day: string): string {
  const failures = findings.filter(isFailure).length;
  const counts = `tests="${Math.max(1, findings.length)}" failures="${failures}" errors="0"`;
  const infos = findings.filter(finding => !isFailure(finding)).map(finding => `${xml(textOf(finding))}\n`);
  return [
    `  <testsuite name="${xml(path)}" package="retry-lint" id="${id}" hostname="localhost" timestamp="${day}T00:00:00" time="0" ${counts}>`,
    `    <properties><property name="version" value="${xml(version)}" /></properties>`,
    ...(findings.length === 0 ? [`    ${openCase('retry-lint', path)} />`] : findings.map(testCase)),
    `    <system-out>${infos.join('')}</system-out>`,
    '    <system-err />',
    '  </testsuite>',
  ].join('\n');
}

const openCase = (name: string, path: string): string =>
  `<testcase name="${xml(name)}" classname="${xml(path)}" time="0"`;

function testCase(finding: Finding): string {
  const {code, name, path, range, message, severity} = finding;
  const open = openCase(`${code} ${name} at ${range.start.line}:${range.start.column}`, path);
  if (!isFailure(finding)) return `    ${open} />`;
  return [
    `    ${open}>`,
    `      <failure message="${xml(message)}" type="${severity}">${xml(textOf(finding))}</failure>`,
    '    </testcase>',
  ].join('\n');
}

function textOf({path, range, code, message, docs}: Finding): string {
  const place = `${path}:${range.start.line}:${range.start.column}`;
  return [place, code, message, ...(docs === undefined ? [] : [docs])].join(' ');
}
