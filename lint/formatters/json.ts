/** One JSON document, for programs. Fields are only ever added. */

import type {Finding} from '../finding.ts';
import type {Formatter} from './formatter.ts';
import {jsonText} from './harmless.ts';
import {sumOf} from './sum.ts';

export const json: Formatter = {
  name: 'json',
  summary: 'one JSON document, for programs',
  written: /^\{\s*"version": "[^"]*",\s*"summary": \{\s*"files": /,
  format: run => {
    const suppressed = run.reports.flatMap(({suppressed}) =>
      suppressed.map(({finding, by, reason}) => ({...plain(finding), suppressedBy: by, reason: reason ?? null})),
    );
    const findings = run.reports.flatMap(report => report.findings.map(plain));
    return jsonText({version: run.version, summary: sumOf(run), findings, suppressed});
  },
};

/** A finding without holes: what is not there is null. */
const plain = ({fix, ...finding}: Finding) => ({...finding, docs: finding.docs ?? null, fix: fix ?? null});
