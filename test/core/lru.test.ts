import {expect} from 'chai';
import {Lru} from '../../src/core/lru.ts';

describe('Lru', () => {
  it('drops the entry that was not used for longest, and says so', () => {
    const evicted: string[] = [];
    const lru = new Lru<number, string>(3, value => evicted.push(value));
    for (const key of [1, 2, 3]) lru.add(key, `v${key}`);
    expect(lru.get(1)).to.equal('v1');
    lru.add(4, 'v4');
    lru.add(5, 'v5');
    expect(evicted).to.deep.equal(['v2', 'v3']);
    expect([1, 2, 3, 4, 5].map(key => lru.get(key))).to.deep.equal(['v1', undefined, undefined, 'v4', 'v5']);
    expect(lru.size).to.equal(3);
  });
});
