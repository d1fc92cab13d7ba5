/** The sizes that docs/performance.md prints are those of the sources. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {OURS, sizeOf} from '../../bench/perf/groups/bundles.ts';

const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');

describe('docs/performance.md', () => {
  const line = page.split('\n').find(each => each.startsWith('| kB that a bundle grows by, gzipped |')) ?? '';
  const printed = [...line.split(' | ')[1]!.matchAll(/([^·]+) ([\d.]+)(?: ·|$)/g)];

  it('prints the sizes of three entries', () => expect(printed).to.have.lengthOf(3));

  for (const [, name = '', kB] of printed)
    it(`prints the size of ${name.trim()} within 1 kB; "npm run bench -- bundles --save" measures it anew`, async () => {
      const [, code = ''] = OURS.find(([each]) => each.split(':')[0] === name.trim())!;
      const {gzipped} = await sizeOf(name, code);
      expect(gzipped).to.be.closeTo(Number(kB), 1);
    });
});
