/** The findings of a Python text. */

import type {Config} from '../../../lint/config.ts';
import type {Finding} from '../../../lint/finding.ts';
import {lintText} from '../../../lint/lint.ts';

export async function findingsOf(text: string, config?: Config): Promise<readonly Finding[]> {
  const {findings} = await lintText({path: 'calls.py', files: {'calls.py': text}, ...(config && {config})});
  return findings;
}

/** Each as `3:1 RL209 warning 3 attempts here …`, of some codes only. */
export async function said(text: string, codes: readonly string[], config?: Config): Promise<string[]> {
  const findings = await findingsOf(text, config);
  return findings
    .filter(({code}) => codes.includes(code))
    .map(({code, severity, message, range: {start}}) => `${start.line}:${start.column} ${code} ${severity} ${message}`);
}
