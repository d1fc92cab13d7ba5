import {expect} from 'chai';
import {outerRetries} from '../../src/decide/outer-retries.ts';

const STAINLESS = 'x-stainless-retry-count';
const AWS = 'amz-sdk-request';
const ENVOY = 'x-envoy-attempt-count';
const GRPC = 'grpc-previous-rpc-attempts';

describe('outerRetries', () => {
  const table: [header: string, value: string, count: number | null][] = [
    [STAINLESS, '0', 0],
    [STAINLESS, '1', 1],
    [STAINLESS, ' 2 ', 2],
    [AWS, 'attempt=1; max=3', 0],
    [AWS, 'attempt=2; max=3', 1],
    [AWS, 'attempt=3', 2],
    [AWS, 'ttl=20261126T142000Z; attempt=2; max=3', 1],
    // The SDK does not retry.
    [AWS, 'attempt=1; max=1', null],
    // Envoy counts every request, so the first attempt says nothing.
    [ENVOY, '1', null],
    [ENVOY, '3', 2],
    [GRPC, '0', null],
    [GRPC, '1', 1],
  ];
  for (const [header, value, count] of table)
    it(`reads ${header}: ${value} as ${count}`, () => {
      const found = outerRetries(new Headers({[header]: value}));
      expect(found).to.deep.equal(count === null ? null : {header, count});
    });

  for (const value of ['', '-1', '1.5', 'one', '1, 2', '99999999999', 'NaN', '0x1'])
    it(`ignores the malformed value ${JSON.stringify(value)}`, () => {
      for (const header of [STAINLESS, AWS, ENVOY, GRPC])
        expect(outerRetries(new Headers({[header]: value})), header).to.equal(null);
    });

  it('finds nothing in headers without such a name', () => {
    expect(outerRetries(new Headers({'user-agent': 'OpenAI/JS'}))).to.equal(null);
  });
});
