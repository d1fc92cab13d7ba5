/** Keys as they are read from a header. Requests with keys: idempotent.test.ts. */
import {expect} from 'chai';
import {readKey} from '../../src/server/key.ts';

describe('an idempotency key', () => {
  for (const [value, key] of [
    ['k1', 'k1'],
    [' \t"k1" ', 'k1'],
    ['a b', undefined],
    ['a,b', undefined],
    ['"a b"', 'a b'],
    ['\nk1', undefined],
    ['k1\n', undefined],
    ['k1\nk1', undefined],
    ['', undefined],
  ] as const)
    it(`of the value ${JSON.stringify(value)} is ${key ?? 'refused'}`, () => expect(readKey(value)).to.equal(key));
});
