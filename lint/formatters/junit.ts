/** JUnit's XML: a suite for each file, a failed case for each finding. An info fails nothing. */

import type {Finding, Report} from '../finding.ts';
import type {Formatter, Run} from './formatter.ts';
import {xml} from './xml.ts';

export const junit: Formatter = {
  name: 'junit',
  summary: "JUnit's XML, for Jenkins and others",
  format: run => {
    const suites = run.reports.map(suite);
    const {tests, failures} = totals(run);
    const head = `<testsuites name="retry-lint" tests="${tests}" failures="${failures}" errors="0">`;
    return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join('\n');
  },
};

const isFailure = ({severity}: Finding): boolean => severity !== 'info';

function totals({reports}: Run): {tests: number; failures: number} {
  const findings = reports.flatMap(report => report.findings);
  const clean = reports.filter(report => report.findings.length === 0).length;
  return {tests: findings.length + clean, failures: findings.filter(isFailure).length};
}

function suite({path, findings}: Report): string {
  const failures = findings.filter(isFailure).length;
  const head = `  <testsuite name="${xml(path)}" tests="${Math.max(1, findings.length)}" failures="${failures}" errors="0" skipped="0">`;
  const cases =
    findings.length === 0 ? [`    <testcase name="retry-lint" classname="${xml(path)}" />`] : findings.map(testCase);
  return [head, ...cases, '  </testsuite>'].join('\n');
}

function testCase(finding: Finding): string {
  const {code, name, path, range, message, severity, docs} = finding;
  const place = `${path}:${range.start.line}:${range.start.column}`;
  const open = `    <testcase name="${xml(`${code} ${name} at ${range.start.line}:${range.start.column}`)}" classname="${xml(path)}">`;
  const text = [place, message, ...(docs === undefined ? [] : [docs])].join(' ');
  const body = isFailure(finding)
    ? `      <failure message="${xml(message)}" type="${severity}">${xml(text)}</failure>`
    : `      <system-out>${xml(text)}</system-out>`;
  return [open, body, '    </testcase>'].join('\n');
}
