/** What a policy gives away: payments in the clear, ids, credentials. */

import {expect} from 'chai';
import {networkPlaceOf} from '../../lint/analysis/network-place.ts';
import {secretIn, withoutSecrets} from '../../lint/analysis/secrets.ts';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import type {Finding} from '../../lint/finding.ts';
import {stylish} from '../../lint/formatters/stylish.ts';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

async function findings(code: string, policy: PolicyInput | string): Promise<readonly Finding[]> {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2);
  const report = await lintText({path: 'policy.json', files: {'policy.json': text}});
  return report.findings.filter(finding => finding.code === code);
}

const said = async (code: string, policy: PolicyInput | string): Promise<string[]> =>
  (await findings(code, policy)).map(({severity, pointer}) => `${severity} ${pointer}`);

describe('RL108 no-plain-http', () => {
  const policy = (origin: string): PolicyInput => ({
    extends: ['steadfetch:payments'],
    routes: [{match: {origin, path: '/v1/charges'}, maxAttempts: 2}],
  });

  for (const [origin, expected] of [
    ['http://api.pay.example', ['error routes[0].match.origin']],
    ['HTTP://API.PAY.EXAMPLE:80', ['error routes[0].match.origin']],
    ['http://203.0.113.7:8080', ['error routes[0].match.origin']],
    ['http://10.0.3.7', ['warning routes[0].match.origin']],
    ['http://ledger', ['warning routes[0].match.origin']],
    ['http://ledger.prod.svc.cluster.local:8080', ['warning routes[0].match.origin']],
    ['http://localhost:4242', []],
    ['http://127.0.0.1', []],
    ['http://[::1]:9', []],
    ['https://api.pay.example', []],
  ] as const) {
    it(`${origin}: ${expected[0] ?? 'nothing'}`, async () =>
      expect(await said('RL108', policy(origin))).to.deep.equal(expected));
  }

  it('suggests the same origin over TLS', async () => {
    const [finding] = await findings('RL108', policy('http://api.pay.example:8080'));
    expect(finding!.suggestions.map(({title}) => title)).to.deep.equal([
      'Match https://api.pay.example:8080 (the calls must use it too)',
    ]);
  });

  it('distinguishes networks by the host', () => {
    for (const host of ['172.16.0.1', '100.64.0.1', '[fd00::1]', '[fe80::1]', 'pay.internal', 'pay.corp'])
      expect(networkPlaceOf(host), host).to.equal('private');
    for (const host of ['pay.prod.svc.cluster.local.', 'pay.', 'pay.service.consul'])
      expect(networkPlaceOf(host), host).to.equal('private');
    expect(networkPlaceOf('localhost.')).to.equal('loopback');
    for (const host of [
      '172.32.0.1',
      '11.0.0.1',
      '[2001:db8::1]',
      'internal.example',
      'localhost.example',
      'pay.example.',
    ])
      expect(networkPlaceOf(host), host).to.equal('public');
  });
});

describe('RL109 no-ids-to-every-origin', () => {
  it('speaks only where the file itself says "all"', async () => {
    expect(await said('RL109', {correlation: {sendTo: 'all'}})).to.deep.equal(['info correlation.sendTo']);
    expect(await said('RL109', {})).to.be.empty;
    expect(await said('RL109', {correlation: null})).to.be.empty;
    expect(await said('RL109', {correlation: {sendTo: 'same-origin'}})).to.be.empty;
  });

  it('suggests the origins that the routes name, each once, as the client compares them', async () => {
    const origins = ['https://API.example.com', 'https://api.example.com:443', 'https://b.example'];
    const policy: PolicyInput = {
      correlation: {sendTo: 'all'},
      routes: origins.map(origin => ({match: {origin}, maxAttempts: 2})),
    };
    const [finding] = await findings('RL109', policy);
    const mended = JSON.parse(applyEdits(JSON.stringify(policy, null, 2), finding!.suggestions[0]!.edits));
    expect(mended.correlation).to.deep.equal({sendTo: ['https://api.example.com', 'https://b.example']});
  });
});

/** Put together here, so that no scanner takes this file for a leak. */
const LEAKS: readonly (readonly [what: string, text: string])[] = [
  ['a Stripe key', ['sk', 'live', 'a1'.repeat(12)].join('_')],
  ['an API key', ['sk', 'proj', 'aB3_'.repeat(8)].join('-')],
  ['a GitHub token', ['ghp', 'a1'.repeat(18)].join('_')],
  ['a GitLab token', ['glpat', 'a1'.repeat(10)].join('-')],
  ['a Slack token', ['xoxb', '1234567890', 'abcdef'].join('-')],
  ['an npm token', ['npm', 'a1'.repeat(18)].join('_')],
  ['a Hugging Face token', ['hf', 'aB'.repeat(17)].join('_')],
  ['an AWS access key', ['AKIA', 'A1'.repeat(8)].join('')],
  ['a Google API key', ['AIza', 'a1_-b'.repeat(7)].join('')],
  ['a JSON Web Token', ['eyJhbGciOiJI', 'eyJzdWIiOiIx', 'c2lnbmF0dXJl'].join('.')],
  ['credentials of an Authorization header', `Basic ${'dXNlcjpw'.repeat(3)}`],
  ['the password of a URL', ['https://svc', 'swordfish@api.example/'].join(':')],
  ['a private key', ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' ')],
];

describe('RL110 no-secret-in-notes', () => {
  for (const [what, text] of LEAKS) {
    it(`knows ${what}, whatever its key is called, and does not repeat it`, async () => {
      const [finding] = await findings('RL110', {'x-note': `see ${text}`} as PolicyInput);
      expect(finding!.message).to.contain(`x-note contains ${what}`).and.not.contain(text.slice(4));
      expect(finding).to.include({severity: 'error', pointer: '["x-note"]'});
    });
  }

  it('knows a random value by the name of its key, with less confidence', async () => {
    for (const key of ['x-api-key', 'x-token', 'x-client-secret', 'x-db_password', 'x-Authorization']) {
      const [finding] = await findings('RL110', {[key]: 'q7Zk20fLm4Rt9xWb'} as PolicyInput);
      expect(finding, key).to.include({severity: 'warning', confidence: 'medium'});
    }
    expect(await said('RL110', {'x-build': 'q7Zk20fLm4Rt9xWb'} as PolicyInput)).to.be.empty;
  });

  it('leaves references, placeholders and words alone', () => {
    for (const text of [
      'env:API_TOKEN',
      'vault:secret/data/pay-2031',
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:pay',
      '<your-token-12345678>',
      '$API_TOKEN_2031_PRODUCTION',
      'changeme-changeme-123',
      'REDACTED-REDACTED-123',
      'x-internal-token-header',
      'rotated on 2031-02-03, see the handbook',
      'short1',
    ])
      expect(secretIn('x-api-token', text), text).to.equal(undefined);
  });

  it('searches every object of the policy, at every depth, but not its own suppressions', async () => {
    const random = 'q7Zk20fLm4Rt9xWb';
    const policy = {
      'x-deep': {list: [{token: random}]},
      backoff: {'x-token': random},
      routes: [{match: {path: '/a', 'x-token': random}, 'x-token': random, maxAttempts: 2}],
      retryingLayers: [{name: 'mesh', maxAttempts: 2, 'x-token': random}],
      'x-retry-lint': {disable: [{rule: 'RL605', reason: random, token: random}]},
    };
    expect(await said('RL110', policy as PolicyInput)).to.deep.equal([
      'warning ["x-deep"].list[0].token',
      'warning backoff["x-token"]',
      'warning routes[0].match["x-token"]',
      'warning routes[0]["x-token"]',
      'warning retryingLayers[0]["x-token"]',
    ]);
  });

  it('can be accepted in place', async () => {
    const text = `{
  // retry-lint-disable-next-line RL110 -- a token of the public sandbox
  "x-token": "q7Zk20fLm4Rt9xWb"
}`;
    expect(await said('RL110', text)).to.be.empty;
  });

  it('hides what it knows at the same width', () => {
    for (const [what, secret] of LEAKS) {
      const hidden = withoutSecrets(`"x-note": "${secret}", "maxAttempts": 3`);
      expect(hidden, what).to.have.length(`"x-note": "${secret}", "maxAttempts": 3`.length);
      expect(hidden, what).to.not.contain(secret);
      expect(hidden, what).to.match(/\*{4}.*"maxAttempts": 3$/);
    }
  });

  it('is shown to people without the credential', async () => {
    const [, secret] = LEAKS[0]!;
    const texts = {'policy.json': `{\n  "x-key": "${secret}"\n}\n`};
    const report = await lintText({path: 'policy.json', files: texts});
    const shown = stylish.format(
      {reports: [report], texts, rules: [], version: '1', today: () => '2027-01-31'},
      {colour: false, width: 100},
    );
    expect(shown).to.contain('RL110 no-secret-in-notes').and.contain('"x-key": "sk_l*****');
    expect(shown).not.to.contain(secret);
  });
});

describe('RL113 no-credentials-across-sites', () => {
  const across = (...origins: string[]): PolicyInput => ({
    endpoints: origins.map((origin, index) => ({name: `e${index}`, origin})),
    failover: {sharedCredentials: true},
  });

  for (const [origins, expected] of [
    [['https://api.eu.example.co.uk', 'https://api.us.example.co.uk'], []],
    [['https://eu.openai.azure.com', 'https://us.openai.azure.com'], []],
    [['https://api.example.com.', 'https://api.us.example.com'], []],
    [['https://198.51.100.1', 'https://198.51.100.2'], []],
    [['https://[2001:db8::1]', 'https://api.example.com'], []],
    [['https://10.0.0.1', 'https://api.example.com'], []],
    [['https://api.one.co.uk', 'https://api.two.co.uk'], ['error failover.sharedCredentials']],
    [['https://api.one.com.', 'https://api.two.com.'], ['error failover.sharedCredentials']],
  ] as const) {
    it(`${origins.join(' and ')}: ${expected[0] ?? 'nothing'}`, async () =>
      expect(await said('RL113', across(...origins))).to.deep.equal(expected));
  }
});

describe('RL101 no-repeated-post-without-key', () => {
  const route = {match: {methods: ['POST'], path: '/v1/charges'}};

  it('reports no trigger that the route does not list', async () => {
    const settings: PolicyInput[] = [
      {attemptTimeoutMs: 2000},
      {name: 'charges'},
      {deadlineMs: 9000},
      {maxAttempts: 2},
      {backoff: {baseMs: 200}},
      {breaker: {kind: 'consecutive'}},
      {idempotency: null},
      {},
    ];
    const tops: PolicyInput[] = [
      {},
      {retryOn: [429, 503]},
      {extends: ['steadfetch:interactive']},
      {idempotency: {methods: ['PUT']}},
    ];
    let tried = 0;
    for (const top of tops)
      for (const setting of settings) {
        tried++;
        const policy = {...top, routes: [{...route, ...setting}]} as PolicyInput;
        expect(await said('RL101', policy), JSON.stringify(policy)).to.deep.equal([]);
      }
    expect(tried).to.equal(32);
  });

  it('reports the triggers that the route lists, and what is repeated by the default triggers', async () => {
    const listed = {routes: [{...route, retryOn: [429, 503]}]} as PolicyInput;
    expect(await said('RL101', listed)).to.deep.equal(['error routes[0].match.methods']);
    const declared = {idempotentMethods: ['GET', 'POST'], routes: [route]} as PolicyInput;
    expect(await said('RL101', declared)).to.deep.equal(['error routes[0].match.methods']);
  });
});

describe('a hedge for every call, where POST sends a key', () => {
  const keyed = {extends: ['steadfetch:payments'], hedge: {delayMs: 100}};
  const charges = {match: {methods: ['POST'], path: '/v1/charges'}, name: 'charges'};

  for (const [what, policy, found] of [
    ['in a policy over steadfetch:payments', keyed, ['warning hedge']],
    ['in a policy with keys', {idempotency: {}, hedge: {delayMs: 100}}, ['warning hedge']],
    ['is named once, not in each route that inherits it', {...keyed, routes: [charges]}, ['warning hedge']],
    [
      'is named in a route with a hedge of its own, too',
      {...keyed, routes: [{...charges, hedge: {delayMs: 50}}]},
      ['warning hedge', 'warning routes[0].hedge'],
    ],
    [
      'in a route for a whole API',
      {idempotency: {}, routes: [{match: {path: '/v1/**'}, name: 'v1', hedge: {delayMs: 100}}]},
      ['warning routes[0].hedge'],
    ],
    [
      'is taken back for the methods with keys',
      {...keyed, routes: [{match: {methods: ['POST', 'PATCH']}, name: 'writes', hedge: null}]},
      [],
    ],
    ['does not race where only GET sends a key', {idempotency: {methods: ['GET']}, hedge: {delayMs: 100}}, []],
    ['is meant where servers share their keys', {...keyed, failover: {sharedKeys: true}}, []],
  ] as const)
    it(`RL101 ${what}`, async () =>
      expect(await said('RL101', policy as unknown as PolicyInput)).to.deep.equal([...found]));
});

describe('paths whose words mislead', () => {
  it('RL101 leaves alone a declared POST that asks for a quote, fees or rates', async () => {
    for (const path of ['/v1/transfers/quote', '/v1/payments/fees', '/v1/shipments/rates']) {
      const policy = {routes: [{match: {methods: ['POST'], path}, idempotentMethods: ['POST']}]} as PolicyInput;
      expect(await said('RL101', policy), path).to.deep.equal([]);
    }
  });

  it('RL104 leaves alone a GET of what only begins with a verb', async () => {
    for (const path of ['/api/pay-slips', '/send-history', '/transfer-market', '/restart-counts'])
      expect(await said('RL104', {routes: [{match: {methods: ['GET'], path}, name: 'a'}]}), path).to.deep.equal([]);
    expect(
      await said('RL104', {routes: [{match: {methods: ['GET'], path: '/api/send-sms'}, name: 'a'}]}),
    ).to.deep.equal(['warning routes[0].match.path']);
  });
});

describe('RL112 no-payments-across-endpoints', () => {
  const between = (first: string, second: string, more: object): PolicyInput =>
    ({
      endpoints: [
        {name: 'a', origin: first},
        {name: 'b', origin: second, rank: 2},
      ],
      failover: {sharedKeys: true},
      ...more,
    }) as PolicyInput;
  const [stripe, adyen] = ['https://api.stripe.com', 'https://checkout-live.adyen.com'];
  const charges = {match: {methods: ['POST'], path: '/v1/charges'}};
  const key = {idempotency: {}};

  for (const [title, expected, policy] of [
    ['two providers and a key', ['error failover.sharedKeys'], between(stripe, adyen, key)],
    [
      'two providers and a route that charges',
      ['error failover.sharedKeys'],
      between(stripe, adyen, {routes: [{...charges, ...key}]}),
    ],
    [
      'two providers, charged without a key',
      ['error failover.sharedKeys'],
      between(stripe, adyen, {routes: [{...charges, idempotentMethods: ['POST']}]}),
    ],
    [
      'two providers under a preset',
      ['error failover.sharedKeys'],
      between(stripe, adyen, {extends: ['steadfetch:payments'], maxAttempts: 2}),
    ],
    [
      'two regions of one provider',
      ['info failover.sharedKeys'],
      between('https://eu.stripe.com', 'https://us.stripe.com', {routes: [{...charges, ...key}]}),
    ],
    [
      'a provider and a private network',
      ['info failover.sharedKeys'],
      between(stripe, 'https://10.0.0.7', {routes: [{...charges, ...key}]}),
    ],
    ['two providers of completions, without a key', [], between(stripe, adyen, {idempotentMethods: ['POST']})],
    [
      'two providers of completions, with a key',
      [],
      between(stripe, adyen, {routes: [{match: {methods: ['POST'], path: '/v1/chat/completions'}, ...key}]}),
    ],
    ['two providers and one attempt', [], between(stripe, adyen, {...key, maxAttempts: 1})],
    ['two providers that only GET', [], between(stripe, adyen, {routes: [{match: {methods: ['GET']}}]})],
    ['two providers that share no key', [], between(stripe, adyen, {...key, failover: {}})],
  ] as const) {
    it(`${title}: ${expected[0] ?? 'nothing'}`, async () =>
      expect(await said('RL112', policy)).to.deep.equal(expected));
  }
});
