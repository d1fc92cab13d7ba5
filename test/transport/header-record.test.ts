import {expect} from 'chai';
import {headerValues} from '../../src/transport/header-record.ts';

describe('headerValues', () => {
  it('headers that are null, as JavaScript may pass them, are none', () => {
    expect(headerValues(JSON.parse('null'))).to.deep.equal({});
  });
});
