/** Tables of Python texts with every finding in them. */

import {expect} from 'chai';
import {lintText} from '../../../lint/lint.ts';

export interface LoopCase {
  readonly name: string;
  /** The lines of `calls.py`. */
  readonly text: string;
  /** Each as `line:column-column severity code message`. */
  readonly findings: readonly string[];
}

export function loopCases(title: string, cases: readonly LoopCase[]): void {
  describe(title, () => {
    for (const {name, text, findings} of cases)
      it(name, async () => {
        const path = 'calls.py';
        const {findings: found} = await lintText({path, files: {[path]: text}});
        const shown = found.map(
          ({range: {start, end}, severity, code, message}) =>
            `${start.line}:${start.column}-${end.column} ${severity} ${code} ${message}`,
        );
        expect(shown).to.deep.equal([...findings]);
      });
  });
}
