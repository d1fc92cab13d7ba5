import {expect} from 'chai';
import {isHarmlessHeader, parametersOf} from '../../src/decide/credentials.ts';
import {looksSecret} from '../../src/decide/secret-name.ts';

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
    it(`${name} is ${expected ? 'one' : 'none'}`, () => expect(looksSecret(name)).to.equal(expected));

  // From a trial of an outsider.
  for (const name of [
    ...[
      'secret_key',
      'secretKey',
      'api_secret_key',
      'secretAccessKey',
      'private_key',
      'oauth_token',
      'oauth_signature',
    ],
    ...['client_assertion', 'SAMLResponse', 'SharedAccessSignature', 'new_password', 'passphrase', 'otp', 'a[token]'],
    ...['user[password]', 'tokens', 'token2', 'apca-api-secret-key', 'x-secret-key', 'x-passphrase', 'x-cookie'],
    ...['x-jwt-payload', 'x-api-key-2', 'AWSAccessKeyId', 'OAuth2Token', 'x-authenticated-user', 'userAuth', 'sign'],
    ...[
      'x-amz-server-side-encryption-customer-key',
      'hapikey',
      'PHPSESSID',
      'USER_PASS',
      'page_token_secret',
      'reset_token',
    ],
    ...['csrf', 'x-xsrf', 'sid', 'ticket', 'tok', 'code_verifier', 'apikeyv2', 'x-macaroon'],
    ...['aPIKey', 'api.key', 'ACCESS TOKEN', 'pass-wd'],
    ...[
      'verification_code',
      'device_code',
      'userCode',
      'invite_code',
      'x-access-code',
      'pw',
      'x-access-keys',
      'x-amzn-oidc-data',
    ],
  ])
    it(`${name} is one`, () => expect(looksSecret(name)).to.equal(true));

  for (const [url, expected] of [
    ['https://a.test/v1?key=AIza', true],
    ['https://a.test/v1?alt=sse&api_key=x', true],
    ['https://a.test/v1?access_token=x', true],
    ['https://a.test/v1?X-Amz-Credential=x', true],
    ['https://a.test/v1?sig=x&se=2026', true],
    ['/v1?token=x', true],
    ['https://a.test/v1?client_secret=x', true],
    ['https://a.test/v1?a=1&private-token', true],
    // OAuth's code, and the key of an Azure Function.
    ['https://a.test/v1?code=x', true],
    ['https://a.test/v1?country_code=DE&codes=1', false],
    ['https://a.test/v1?a=1;token=x', true],
    ['https://a.test/v1?a=1;b=2', false],
    ['https://a.test/v1?user%5Bpassword%5D=x', true],
    [
      'https://a.test/v1?max_tokens=9&reset-tokens=1&sort_key=a&public_keys=b&error_code=4&compass=n&author=b&design=c&spin=1',
      false,
    ],
    ['https://a.test/v1?page_token=x&next-token=y', false],
    ['https://a.test/v1?q=key', false],
    ['https://a.test/v1#?key=x', false],
    ['https://a.test/key=x', false],
  ] as const)
    it(`${url} has ${expected ? 'one' : 'none'}`, () => expect(parametersOf(url).some(looksSecret)).to.equal(expected));

  it('a header that may always go along does not look like one', () => {
    for (const name of ['accept', 'content-type', 'traceparent', 'idempotency-key', 'x-stainless-retry-count'])
      expect([isHarmlessHeader(name), looksSecret(name)], name).to.deep.equal([true, false]);
    expect(isHarmlessHeader('')).to.equal(false);
  });
});
