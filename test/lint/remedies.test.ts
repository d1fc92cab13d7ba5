/** What a rule proposes leads to no other finding that fails a run, for each fix and suggestion of each example, each judged policy and 300 random ones. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import fc from 'fast-check';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {readPages} from '../../scripts/rule-pages/read.ts';
import {runs} from '../support/runs.ts';
import {routePolicy} from './support/route-policies.ts';

interface Example {
  readonly path: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** Findings that fail a run, as text. */
type Found = Awaited<ReturnType<typeof lintText>>['findings'][number];
const textOf = ({code, pointer, message}: Found): string => `${code} ${pointer}: ${message}`;
const remediesOf = ({fix, suggestions}: Found) => [...(fix ? [fix] : []), ...suggestions];

const READ = 'a field, an entry or a route that a mistake kept from its calls is read for the first time';
const RETRIED =
  'calls that were never sent a second time are, and the limits of their retries are judged for the first time';
const LOST = 'what has lost its effect is to be removed by its author, who may want it again';
const SECOND = 'one limit is in place, and a second one has to follow it';
const HEDGED = 'a hedge was the only second attempt, and hid that no failure is retried';
const FEWER = 'what was too much is bounded, and what the large number hid is judged';

/** Steps on a way that does not lead back. */
const STEPS: ReadonlyMap<string, string> = new Map([
  ['RL403 RL104', READ],
  ['RL403 RL215', READ],
  ['RL403 RL303', READ],
  ['RL403 RL310', READ],
  ['RL403 RL408', READ],
  ['RL407 RL101', READ],
  ['RL407 RL303', READ],
  ['RL407 RL405', READ],
  ['RL407 RL602', READ],
  ['RL210 RL206', READ],
  ['RL217 RL218', READ],
  ['RL405 RL309', READ],
  ['RL104 RL101', READ],
  ['RL101 RL111', RETRIED],
  ['RL101 RL215', RETRIED],
  ['RL101 RL216', RETRIED],
  ['RL101 RL303', RETRIED],
  ['RL101 RL310', RETRIED],
  ['RL101 RL413', RETRIED],
  ['RL408 RL104', RETRIED],
  ['RL408 RL111', RETRIED],
  ['RL408 RL201', RETRIED],
  ['RL408 RL207', RETRIED],
  ['RL408 RL210', RETRIED],
  ['RL408 RL215', RETRIED],
  ['RL408 RL301', RETRIED],
  ['RL408 RL303', RETRIED],
  ['RL408 RL304', RETRIED],
  ['RL408 RL310', RETRIED],
  ['RL301 RL111', RETRIED],
  ['RL101 RL405', LOST],
  ['RL201 RL302', SECOND],
  ['RL204 RL303', SECOND],
  ['RL301 RL303', SECOND],
  ['RL302 RL405', SECOND],
  ['RL303 RL206', SECOND],
  ['RL309 RL304', SECOND],
  ['RL310 RL303', SECOND],
  ['RL602 RL201', SECOND],
  ['RL602 RL303', SECOND],
  ['RL101 RL408', HEDGED],
  ['RL111 RL408', HEDGED],
  ['RL201 RL208', FEWER],
  ['RL201 RL209', FEWER],
  ['RL201 RL303', FEWER],
  ['RL212 RL216', FEWER],
  ['RL303 RL208', FEWER],
  ['RL408 RL208', FEWER],
  ['RL303 RL218', FEWER],
  ['RL303 RL602', FEWER],
]);

/** What each remedy leads to: a finding of another rule, and from there by a remedy back to the finding that it began with. */
async function ledTo({path, text, files}: Example): Promise<string[]> {
  const findingsOf = async (policy: string): Promise<Found[]> =>
    (await lintText({path, files: {...files, [path]: policy}})).findings.filter(({severity}) => severity !== 'info');
  const {findings} = await lintText({path, files: {...files, [path]: text}});
  const before = new Set(findings.filter(({severity}) => severity !== 'info').map(({code}) => code));
  const led: string[] = [];
  for (const first of findings)
    for (const {title, edits} of remediesOf(first)) {
      const changed = applyEdits(text, edits);
      for (const next of (await findingsOf(changed)).filter(({code}) => code !== first.code && !before.has(code))) {
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

  for (const set of ['judged', 'judged-again', 'judged-third', 'judged-fourth', 'judged-fifth']) {
    const folder = new URL(`${set}/`, import.meta.url);
    const names = readdirSync(folder).filter(name => name !== 'judgements.json');
    const files = Object.fromEntries(names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')]));
    for (const path of names)
      it(`${set}/${path}`, async () => {
        expect(await ledTo({path, text: files[path]!, files})).to.deep.equal([]);
      });
  }

  for (const policy of [
    {backoff: {kind: 'constant', delayMs: 0, jitter: 'none'}},
    {backoff: {kind: 'exponential', baseMs: 0, jitter: 'none'}, maxAttempts: 4},
    {maxAttempts: 4, retryingLayers: [{name: 'mesh', maxAttempts: 4}], backoff: {baseMs: 300}, hedge: {delayMs: 900}},
    {
      maxAttempts: 3,
      retryOn: [],
      backoff: {baseMs: 300},
      budget: {kind: 'ratio', ratio: 0.2},
      attemptHeader: 'x-attempt',
    },
    {objective: {latencyMs: {max: 3000}}, deadlineMs: 20_000, maxAttempts: 4, backoff: {baseMs: 1000}},
    {objective: {latencyMs: {max: 3000}}, quota: {limits: [{requests: 9, perMs: 1000}], maxWaitMs: 5000}},
    {
      maxAttempts: 4,
      retryingLayers: [{name: 'mesh', maxAttempts: 4}],
      backoff: {baseMs: 300},
      routes: [
        {match: {path: '/a'}, maxAttempts: 2},
        {match: {path: '/b'}, name: 'b', backoff: {capMs: 9000}},
      ],
    },
  ])
    it(JSON.stringify(policy), async () => {
      expect(await ledTo({path: 'p.json', text: JSON.stringify(policy)})).to.deep.equal([]);
    });

  it('for random policies, whose remedies are applied alone, and whose fixes together', async function () {
    this.timeout(120_000);
    const led: string[] = [];
    for (const policy of fc.sample(routePolicy, {numRuns: runs(300, 3000), seed: 28})) {
      const text = JSON.stringify(policy);
      for (const each of [...(await ledTo({path: 'p.json', text})), ...(await endsWith(text))])
        led.push(`${each}: ${text}`);
    }
    expect(led).to.deep.equal([]);
  });
});

/** What all fixes together lead to. */
async function endsWith(text: string): Promise<string[]> {
  const request = {path: 'p.json', files: {'p.json': text}};
  const before = new Set((await lintText(request)).findings.map(({code}) => code));
  const {fixed, report} = await fixText(request, {unsafe: true});
  return report.findings
    .filter(({code, severity}) => severity !== 'info' && !before.has(code))
    .filter(({code}) => !fixed.some(first => STEPS.has(`${first.code} ${code}`)))
    .map(found => `--fix --unsafe-fixes leads to ${textOf(found)}`);
}
