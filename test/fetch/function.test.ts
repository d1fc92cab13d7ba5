import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';

describe('the function that createFetch returns', () => {
  it('has the name and the length of fetch', () => {
    const fetch = createFetch();
    expect([fetch.name, fetch.length]).to.deep.equal(['fetch', 1]);
  });
});
