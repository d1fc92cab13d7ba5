import {expect} from 'chai';
import {hasCredentialInQuery, isCredentialHeader} from '../../src/decide/credentials.ts';

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
  ] as const)
    it(`${name} is ${expected ? 'one' : 'none'}`, () => expect(isCredentialHeader(name)).to.equal(expected));

  for (const [url, expected] of [
    ['https://a.test/v1?key=AIza', true],
    ['https://a.test/v1?alt=sse&api_key=x', true],
    ['https://a.test/v1?access_token=x', true],
    ['https://a.test/v1?X-Amz-Credential=x', true],
    ['https://a.test/v1?sig=x&se=2026', true],
    ['/v1?token=x', true],
    ['https://a.test/v1?page_token=x&next-token=y', false],
    ['https://a.test/v1?q=key', false],
    ['https://a.test/v1#?key=x', false],
    ['https://a.test/key=x', false],
  ] as const)
    it(`${url} has ${expected ? 'one' : 'none'}`, () => expect(hasCredentialInQuery(url)).to.equal(expected));
});
