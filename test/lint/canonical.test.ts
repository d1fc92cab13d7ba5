/** When two values are the same JSON. */
import {expect} from 'chai';
import {canonical, equalJson} from '../../lint/canonical.ts';

const PAIRS: readonly (readonly [what: string, a: unknown, b: unknown, same: boolean])[] = [
  ['fields in another order', {a: 1, b: {c: [1], d: null}}, {b: {d: null, c: [1]}, a: 1}, true],
  ['a field that is undefined, and none', {a: 1, b: undefined}, {a: 1}, true],
  ['a field that is null, and none', {a: 1, b: null}, {a: 1}, false],
  ['items in another order', [1, 2], [2, 1], false],
  ['a list and an object with its indexes', [1], {0: 1}, false],
  ['a list and a longer one', [1], [1, 2], false],
  ['a number and its text', {a: 1}, {a: '1'}, false],
  ['null and an object', null, {}, false],
  ['a deep difference', {a: [{b: {c: 1}}]}, {a: [{b: {c: 2}}]}, false],
  ['a field named as a method of objects', {toString: 1}, {}, false],
];

describe('equal JSON', () => {
  for (const [what, a, b, same] of PAIRS)
    it(`${same ? 'has' : 'does not have'} ${what}`, () => {
      expect([equalJson(a, b), equalJson(b, a)]).to.deep.equal([same, same]);
      expect(canonical(a) === canonical(b)).to.equal(same);
    });
});
