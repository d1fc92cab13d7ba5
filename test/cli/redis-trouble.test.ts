/** What the commands of a queue say of Redis. With a real Redis in test/stores. */
import {expect} from 'chai';
import {RedisTrouble} from '../../src/cli/redis-trouble.ts';

const REFUSED = new Error('connect ECONNREFUSED 127.0.0.1:6379');

describe('the trouble with Redis', () => {
  let said: string[];
  let trouble: RedisTrouble;
  beforeEach(() => {
    said = [];
    trouble = new RedisTrouble({write: text => said.push(String(text)) > 0}, 'steadfetch batch work');
  });

  it('is said once for each loss, however often the driver reports it, and so is its end', () => {
    for (let loss = 0; loss < 2; loss++) {
      for (let attempt = 0; attempt < 3; attempt++) trouble.lost(REFUSED);
      for (let attempt = 0; attempt < 2; attempt++) trouble.found();
    }
    const lines = [
      'steadfetch batch work: Redis: connect ECONNREFUSED 127.0.0.1:6379; waiting for it\n',
      'steadfetch batch work: Redis is back\n',
    ];
    expect(said).to.deep.equal([...lines, ...lines]);
  });

  it('of any other kind is said once, and not while Redis is lost', () => {
    trouble.lost(REFUSED);
    trouble.noted(REFUSED);
    trouble.found();
    for (let time = 0; time < 2; time++) trouble.noted(new Error('Missing lock'));
    expect(said.slice(2)).to.deep.equal(['steadfetch batch work: Missing lock\n']);
  });
});
