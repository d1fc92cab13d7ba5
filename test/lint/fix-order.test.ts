/** A field that has no effect is removed only if it has none in the fixed text, and the order of the keys decides nothing. */
import {expect} from 'chai';
import {stringify} from 'yaml';
import {canonical} from '../../lint/canonical.ts';
import type {Finding} from '../../lint/finding.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {readSource, toValue} from '../../lint/source/read.ts';
import {seededRandom} from '../../src/core/random.ts';
import {runs} from '../support/runs.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Policies in which one fix gives an effect to a field that another finding says has none, and some in which none does. */
const policies: readonly Fields[] = [
  {retryAfter: {honor: false, maxMs: 5000}, backoff: {baseMs: 100}},
  {retryAfter: {honor: false, maxMs: 5000, scope: 'call'}, retryOn: [429, 503, 503, '5xx']},
  {breaker: {kind: 'adaptive', queue: 0, maxAgeMs: 4000}, name: 'shop'},
  {breaker: {kind: 'adaptive', maxWaitMs: 0, queue: 0, maxAgeMs: 4000}, maxAttempts: 1, hedge: {delayMs: 100}},
  {backoff: {kind: 'exponential', jitter: 'none', factor: 3, throttledBaseMs: 2000}, retryOn: ['network', 'timeout']},
  {quota: {limits: [{requests: 10, perMs: 1000}], maxWaitMs: 60_000}, deadlineSec: 120},
  {maxAttempts: 1, backoff: {kind: 'exponential', jitter: 'none'}, budget: null, attemptHeader: 'x-attempt'},
  {retryAfter: {honor: false, maxMs: 5000}, routes: [{match: {path: '/a'}, retryAfter: {honor: false, maxMs: 500}}]},
  {deadlineMs: null, deadlineHeader: 'x-deadline', attemptTimeoutMs: null},
];

describe('unsafe fixes, in any order of keys', () => {
  for (const policy of policies)
    for (const write of [
      (value: unknown) => ({path: 'p.json', text: JSON.stringify(value)}),
      (value: unknown) => ({path: 'p.json', text: `${JSON.stringify(value, null, 2)}\n`}),
      (value: unknown) => ({path: 'p.yaml', text: stringify(value)}),
      (value: unknown) => ({path: 'p.yaml', text: stringify(value, {collectionStyle: 'flow'})}),
    ])
      it(`keep what has an effect: ${write(policy).path} ${write(policy).text.replaceAll(/\s+/g, ' ')}`, async () => {
        const random = seededRandom(7);
        const results = new Set<string>();
        for (let run = 0; run < runs(6, 60); run++) {
          const {path, text} = write(run === 0 ? policy : shuffled(policy, random));
          const result = await fixText({path, files: {[path]: text}}, {unsafe: true});
          const after = await readBack(path, result.text);
          results.add(canonical(after));
          for (const finding of result.fixed.filter(({tags}) => tags.includes('unnecessary')))
            expect(await isStillTrue(finding, policy, after), `${finding.message}\n${text}\n${result.text}`).to.equal(
              true,
            );
        }
        expect(results.size, [...results].join('\n')).to.equal(1);
      });

  it('keep the limit of a header that they make the policy honor', async () => {
    for (const text of [
      '{"retryAfter": {"honor": false, "maxMs": 5000}}',
      '{"retryAfter": {"maxMs": 5000, "honor": false}}',
    ]) {
      const {text: after} = await fixText({path: 'p.json', files: {'p.json': text}}, {unsafe: true});
      expect(JSON.parse(after)).to.have.deep.property('retryAfter', {honor: true, maxMs: 5000});
    }
  });
});

const readBack = async (path: string, text: string): Promise<unknown> => {
  const {documents} = await readSource(path, text);
  return toValue(documents[0]!);
};

/** Whether the linter says the same about the fixed policy with the removed field. */
async function isStillTrue({pointer, message}: Finding, before: Fields, after: unknown): Promise<boolean> {
  // The index of an entry of a list is another one after the fixes.
  if (/\]$/.test(pointer)) return true;
  const segments = pointer.split(/[.[\]]+/).filter(segment => segment !== '');
  const at = (value: unknown, [key, ...rest]: readonly string[]): unknown =>
    key === undefined ? value : at((value as Fields | undefined)?.[key], rest);
  const restored = structuredClone(after);
  let object = restored as Record<string, unknown>;
  for (const key of segments.slice(0, -1)) {
    object[key] ??= {};
    object = object[key] as Record<string, unknown>;
  }
  // The kind of an object is needed to read its other fields.
  object[segments.at(-1)!] = at(before, segments);
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(restored)}});
  return findings.some(finding => finding.message === message);
}

function shuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map(item => shuffled(item, random));
  if (typeof value !== 'object' || value === null) return value;
  const keyed = Object.entries(value).map(([key, item]) => ({key, item: shuffled(item, random), rank: random()}));
  return Object.fromEntries(keyed.sort((a, b) => a.rank - b.rank).map(({key, item}) => [key, item]));
}
