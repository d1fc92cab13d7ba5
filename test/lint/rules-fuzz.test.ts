/** Policies that are right in every field and wild as a whole: rules say whole sentences, and what they propose ends what they say. */

import {expect} from 'chai';
import fc from 'fast-check';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {explainFile} from '../../lint/explain/explain.ts';
import {renderText} from '../../lint/explain/render.ts';
import type {Finding} from '../../lint/finding.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';
import {wildBase, wildPolicy} from './support/wild-policies.ts';

const isBroken = /NaN|undefined|Infinity|\[object|(?<!\d)-\d+ ms/;

/** The same ones each time; with FUZZ_CASES others, and more. */
const cases = Number(process.env.FUZZ_CASES ?? 1200) / 100;

describe('rules on wild policies', function () {
  this.timeout(60_000 + cases * 10_000);

  it(`hold what they promise, ${cases} times`, async () => {
    await fc.assert(
      fc.asyncProperty(wildPolicy, wildBase, async (wild, base) => {
        const text = JSON.stringify(wild, null, 2);
        const files = {'p.json': text, 'base.json': JSON.stringify(base)};
        const findingsIn = async (content: string): Promise<readonly Finding[]> =>
          (await lintText({path: 'p.json', files: {...files, 'p.json': content}, config: {preset: 'strict'}})).findings;
        const findings = await findingsIn(text);
        for (const finding of findings) {
          expect(finding.message).to.match(/[.?]$/).and.not.match(isBroken);
          if (finding.fix !== undefined)
            expect(rules.find(({code}) => code === finding.code)!.fix, finding.code).to.equal(finding.fix.safety);
          await checkProposals(finding, findings, text, findingsIn);
        }
        const request = {path: 'p.json', files, config: {preset: 'strict'}} as const;
        const safely = (await fixText(request)).report.findings;
        expect(safely.filter(({fix}) => fix?.safety === 'safe')).to.deep.equal([]);
        const unsafely = (await fixText(request, {unsafe: true})).report.findings;
        expect(unsafely.filter(({fix}) => fix !== undefined)).to.deep.equal([]);
        for (const rule of rules.filter(({code}) => findings.some(finding => finding.code === code))) {
          expect(renderText(await explainFile(rule, {path: 'p.json', files})), rule.code).not.to.match(isBroken);
        }
      }),
      {numRuns: cases, endOnFailure: true, ...(process.env.FUZZ_CASES === undefined ? {seed: 1} : {})},
    );
  });
});

/**
 * A fix or a suggestion makes no slip, and what it was offered for is gone; where routes are alike, there is one less of it. What several
 * routes inherit from another file is said once, and mended in one of them.
 */
async function checkProposals(
  {code, fingerprint, message, range, fix, suggestions}: Finding,
  before: readonly Finding[],
  text: string,
  findingsIn: (content: string) => Promise<readonly Finding[]>,
): Promise<void> {
  const isThere = (findings: readonly Finding[]): boolean =>
    findings.some(other => other.fingerprint === fingerprint && other.message === message);
  const same = (findings: readonly Finding[]): number =>
    findings.filter(other => other.code === code && other.message === message).length;
  const isInherited = /"(?:\.\/base\.json|steadfetch:\w+)"/.test(text.split('\n')[range.start.line - 1]!);
  for (const {title, edits} of [...(fix === undefined ? [] : [fix]), ...suggestions]) {
    const after = await findingsIn(applyEdits(text, edits));
    // The two remaining copies of an entry that occurs three times may have the same message.
    const isLeft = isThere(after) && same(after) >= same(before);
    if (code !== 'RL407' && !isInherited) expect(isLeft, `${code}: ${title}`).to.equal(false);
    expect(
      after.filter(other => /^RL00/.test(other.code)),
      `${code}: ${title}`,
    ).to.deep.equal([]);
  }
}
