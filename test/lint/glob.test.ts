/** Globs match as picomatch does, in a time that no repository can make long. */

import {expect} from 'chai';
import fc from 'fast-check';
import picomatch from 'picomatch';
import {globOf, linearGlob} from '../../lint/io/glob.ts';
import {runs} from '../support/runs.ts';

const name = fc
  .array(fc.constantFrom('a', 'b', '.', 'ab'), {minLength: 1, maxLength: 4})
  .map(parts => parts.join(''))
  .filter(each => !/^\.+$/.test(each));
const path = fc.array(name, {minLength: 1, maxLength: 4}).map(names => names.join('/'));
const piece = fc.constantFrom('a', 'b', 'ab', '*', '?', '[ab]', '[^a]', '{a,b}', '{ab,a*}', '{a,{b,b?}}', '.a');
const segment = fc.oneof(
  {weight: 3, arbitrary: fc.array(piece, {minLength: 1, maxLength: 4}).map(parts => parts.join(''))},
  {weight: 1, arbitrary: fc.constant('**')},
);
const glob = fc
  .array(segment, {minLength: 1, maxLength: 4})
  .map(segments => segments.join('/'))
  // picomatch has "a/**" match "a", and "*/**" not.
  .filter(each => !/[^/]\*\*|\*\*[^/]|\/\*\*$/.test(each));

describe('a glob', () => {
  it('with many stars matches as picomatch does', async () => {
    await fc.assert(
      fc.property(glob, fc.array(path, {minLength: 4, maxLength: 12}), (pattern, paths) => {
        const matches = linearGlob(pattern);
        fc.pre(matches !== undefined);
        const expected = picomatch(pattern, {dot: true});
        for (const each of paths) expect([pattern, each, matches(each)]).to.deep.equal([pattern, each, expected(each)]);
      }),
      {numRuns: runs(300, 20_000)},
    );
  });

  const cases: [glob: string, path: string, isMatch: boolean][] = [
    ['batch/**', 'batch/deep/a.json', true],
    ['**/*.retry.{json,yaml}', 'a.retry.yaml', true],
    ['**/*.retry.{json,yaml}', 'x/y/a.retry.jsonc', false],
    ['config/[a-c]?.json', 'config/b1.json', true],
    ['config/[^a-c]?.json', 'config/b1.json', false],
    ['!(a).json', 'b.json', true],
    ['v{1..3}.json', 'v2.json', true],
    ['**', '../a.json', false],
    ['../*.json', '../a.json', true],
  ];
  for (const [pattern, each, isMatch] of cases) {
    it(`${pattern} ${isMatch ? 'matches' : 'does not match'} ${each}`, async () => {
      expect((await globOf(pattern))(each)).to.equal(isMatch);
    });
  }

  const long = `g/${'a'.repeat(250)}.retry.json`;
  for (const [title, pattern] of [
    ['many stars', `g/${'*a'.repeat(40)}b`],
    ['many stars for folders', `${'**/'.repeat(30)}${'*a'.repeat(40)}b.json`],
    ['many names for any folder', `${'**/a/'.repeat(20)}b`],
    ['many stars in braces', `{g,h}/{${'*a'.repeat(40)}b,${'*a'.repeat(30)}c}`],
  ] as const) {
    it(`with ${title} takes no time`, async () => {
      const matches = await globOf(pattern);
      const start = process.cpuUsage().user;
      expect([matches(long), matches(`${'a/'.repeat(500)}c`)]).to.deep.equal([false, false]);
      expect(process.cpuUsage().user - start).to.be.below(1_000_000);
    });
  }

  for (const pattern of ['{a,b}'.repeat(30), `+(a)${'*a'.repeat(40)}b`, '+(a|aa)+(a|aa)+(a|aa)+(a|aa)+(a|aa)b']) {
    it(`refuses ${pattern.slice(0, 30)}, which would take too long`, async () => {
      const error: unknown = await globOf(pattern).catch(reason => reason);
      expect(String(error)).to.contain('would take too long');
    });
  }
});
