/** What a rule proposes leads to no other finding that fails a run, for each fix and suggestion of each example and each judged policy. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {lintText} from '../../lint/lint.ts';
import {readPages} from '../../scripts/rule-pages/read.ts';

interface Example {
  readonly path: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** Findings that fail a run, as text. */
type Found = Awaited<ReturnType<typeof lintText>>['findings'][number];
const textOf = ({code, pointer, message}: Found): string => `${code} ${pointer}: ${message}`;
const remediesOf = ({fix, suggestions}: Found) => [...(fix ? [fix] : []), ...suggestions];

/**
 * Steps on a way that does not lead back: a second limit must follow the first, a field that was cut off by a mistake is read for the first time, or what has
 * lost its effect is to be removed. Only shrinks.
 */
const STEPS: ReadonlySet<string> = new Set([
  'RL101 RL303',
  'RL201 RL302',
  'RL204 RL303',
  'RL209 RL405',
  'RL304 RL303',
  'RL304 RL310',
  'RL309 RL303',
  'RL309 RL304',
  'RL310 RL303',
  'RL403 RL104',
  'RL602 RL304',
]);

/** What each remedy leads to: a finding of another rule, and from there by a remedy back to the finding that it began with. */
async function ledTo({path, text, files}: Example): Promise<string[]> {
  const findingsOf = async (policy: string): Promise<Found[]> =>
    (await lintText({path, files: {...files, [path]: policy}})).findings.filter(({severity}) => severity !== 'info');
  const {findings} = await lintText({path, files: {...files, [path]: text}});
  const before = new Set(findings.map(({code}) => code));
  const led: string[] = [];
  for (const first of findings)
    for (const {title, edits} of remediesOf(first)) {
      const changed = applyEdits(text, edits);
      for (const next of (await findingsOf(changed)).filter(({code}) => !before.has(code))) {
        const step = `${first.code} "${title}" leads to ${next.code} ${next.pointer}`;
        if (!STEPS.has(`${first.code} ${next.code}`)) led.push(step);
        for (const {title: back, edits: further} of remediesOf(next))
          if ((await findingsOf(applyEdits(changed, further))).some(each => textOf(each) === textOf(first)))
            led.push(`${step}, whose "${back}" leads back`);
      }
    }
  return led;
}

describe('a fix or a suggestion leads to no finding of another rule', () => {
  for (const [code, {bad}] of readPages())
    for (const {name, text, path = 'policy.jsonc', files} of bad)
      it(`${code}, ${name}`, async () => {
        expect(await ledTo({path, text, files})).to.deep.equal([]);
      });

  for (const set of ['judged', 'judged-again', 'judged-third', 'judged-fourth']) {
    const folder = new URL(`${set}/`, import.meta.url);
    const names = readdirSync(folder).filter(name => name !== 'judgements.json');
    const files = Object.fromEntries(names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')]));
    for (const path of names)
      it(`${set}/${path}`, async () => {
        expect(await ledTo({path, text: files[path]!, files})).to.deep.equal([]);
      });
  }
});
