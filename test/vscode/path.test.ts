/** The paths of a worker that has no Node are those of Node. */
import {posix} from 'node:path';
import {expect} from 'chai';
import fc from 'fast-check';
import * as own from '../../lint/vscode/server/browser/path.ts';

const part = fc.constantFrom('a', 'b', '..', '.', 'a.b', '.c', 'a.', 'a..b');
const path = fc
  .tuple(fc.boolean(), fc.array(part, {maxLength: 5}), fc.boolean())
  .map(([isAbsolute, parts, isFolder]) => `${isAbsolute ? '/' : ''}${parts.join('/')}${isFolder ? '/' : ''}`);

describe('the paths of a worker in a browser', () => {
  for (const name of [
    'normalize',
    'dirname',
    'basename',
    'extname',
    'isAbsolute',
    'join',
    'resolve',
    'relative',
  ] as const)
    it(`${name} as Node's`, () => {
      const [ours, theirs] = [own, posix].map(paths => paths[name] as (...paths: string[]) => unknown);
      const takesTwo = ['join', 'resolve', 'relative'].includes(name);
      fc.assert(
        fc.property(path, path, (a, b) => {
          const given = takesTwo ? [a, b] : [a];
          expect(ours!(...given), JSON.stringify(given)).to.equal(theirs!(...given));
        }),
        {numRuns: 500},
      );
    });
});
