/** GitLab's code quality report. */

import type {Severity} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {jsonText} from './harmless.ts';
import {findingsOf} from './sum.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = {error: 'critical', warning: 'major', info: 'info'};

export const gitlab: Formatter = {
  name: 'gitlab',
  summary: "GitLab's code quality report",
  written: /^\[\s*(?:\]\s*$|\{\s*"description": "[^\n]*",\s*"check_name": )/,
  format: run => {
    const issues = findingsOf(run).map(({code, message, path, range, severity, fingerprint}) => ({
      description: message,
      check_name: code,
      fingerprint: `${path} ${fingerprint}`,
      severity: SEVERITIES[severity],
      location: {path: path.replace(/^\.\//, ''), lines: {begin: range.start.line, end: range.end.line}},
    }));
    return jsonText(issues);
  },
};
