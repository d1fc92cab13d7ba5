/** Which dialect a finding is about. Reports group by it, and no format shows it. */

import type {DialectSign} from './dialects/dialect.ts';
import {native} from './dialects/native.ts';
import type {Finding} from './finding.ts';

const dialects = new WeakMap<Finding, DialectSign>();

/** Notes the dialect of the findings that have none yet: the last ones. */
export function noteDialect(findings: readonly Finding[], dialect: DialectSign): void {
  for (let at = findings.length - 1; at >= 0 && !dialects.has(findings[at]!); at--)
    dialects.set(findings[at]!, dialect);
}

/** The native one for a finding that was not made by the linter. */
export const dialectOf = (finding: Finding): DialectSign => dialects.get(finding) ?? native;
