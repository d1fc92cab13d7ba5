/** Checkstyle's XML, which most review bots read. */

import type {Finding, Report} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {xml} from './xml.ts';

export const checkstyle: Formatter = {
  name: 'checkstyle',
  summary: "Checkstyle's XML, for review bots",
  written: /^<\?xml [^>]*>\s*<checkstyle version="10\.0">(?![\s\S]*source="(?!retry-lint\.))/,
  format: run =>
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<checkstyle version="10.0">',
      ...run.reports.map(file),
      '</checkstyle>',
      '',
    ].join('\n'),
};

function file({path, findings}: Report): string {
  return [`  <file name="${xml(path)}">`, ...findings.map(error), '  </file>'].join('\n');
}

function error({range, severity, message, code}: Finding): string {
  const {line, column} = range.start;
  return `    <error line="${line}" column="${column}" severity="${severity}" message="${xml(message)}" source="retry-lint.${code}" />`;
}
