import {expect} from 'chai';
import {
  isCredentialHeader,
  isCredentialParameter,
  isHarmlessHeader,
  parametersOf,
} from '../../src/decide/credentials.ts';

describe('credentials of a caller', () => {
  for (const [name, expected] of [
    ['Authorization', true],
    ['Proxy-Authorization', true],
    ['cookie', true],
    ['X-Api-Key', true],
    ['api-key', true],
    ['x-goog-api-key', true],
    ['X-Amz-Security-Token', true],
    ['Ocp-Apim-Subscription-Key', true],
    ['Idempotency-Key', false],
    ['x-correlation-id', false],
    ['accept', false],
    ['traceparent', false],
    ['x-auth-key', true],
    ['X-Functions-Key', true],
    ['fastly-key', true],
    ['dpop', true],
    ['x-partition-key', false],
  ] as const)
    it(`${name} is ${expected ? 'one' : 'none'}`, () => expect(isCredentialHeader(name)).to.equal(expected));

  for (const [url, expected] of [
    ['https://a.test/v1?key=AIza', true],
    ['https://a.test/v1?alt=sse&api_key=x', true],
    ['https://a.test/v1?access_token=x', true],
    ['https://a.test/v1?X-Amz-Credential=x', true],
    ['https://a.test/v1?sig=x&se=2026', true],
    ['/v1?token=x', true],
    ['https://a.test/v1?client_secret=x', true],
    ['https://a.test/v1?a=1&private-token', true],
    ['https://a.test/v1?code=DE', false],
    ['https://a.test/v1?page_token=x&next-token=y', false],
    ['https://a.test/v1?q=key', false],
    ['https://a.test/v1#?key=x', false],
    ['https://a.test/key=x', false],
  ] as const)
    it(`${url} has ${expected ? 'one' : 'none'}`, () =>
      expect(parametersOf(url).some(isCredentialParameter)).to.equal(expected));

  it('a header that may always go along does not look like one', () => {
    for (const name of ['accept', 'content-type', 'traceparent', 'idempotency-key', 'x-stainless-retry-count'])
      expect([isHarmlessHeader(name), isCredentialHeader(name)], name).to.deep.equal([true, false]);
    expect(isHarmlessHeader('')).to.equal(false);
  });
});
