import {readFileSync} from 'node:fs';
import {type Client, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {duration} from '../../src/grpc/service-config-backoff.ts';
import {definePolicy, type PolicyInput, type ServiceConfigResult, toServiceConfig} from '../../src/grpc.ts';
import {blocksOf, runBlock} from '../support/doc-blocks.ts';
import {drain, fails, GrpcServer, get, hang, ok, watch} from './grpc-server.ts';

const repeatable: PolicyInput = {idempotentMethods: ['POST']};
const first = (policy: PolicyInput) => toServiceConfig(policy).config.methodConfig[0]!;

const warningOf = (codes: string) =>
  `default: no retries, because after ${codes} the server may have acted; ` +
  'if these methods may run twice, declare it by idempotentMethods: ["POST"].';

const STREAMS =
  'timeout: gRPC bounds every call by it to its end, also streams of responses and of requests. ' +
  'deadlineMs bounds a stream to its headers at most; a route with deadlineMs null has no timeout.';
const hedges = (maxAttempts: number) =>
  `default: hedge.maxLoadRatio has no counterpart, so every slow call is hedged, with up to ${maxAttempts} requests at a time; the policy sends 2.`;

describe('toServiceConfig', () => {
  it('of the defaults retries nothing, because no method is declared repeatable', () => {
    expect(toServiceConfig()).to.deep.equal({
      config: {
        methodConfig: [{name: [{}], timeout: '30s'}],
        retryThrottling: {maxTokens: 14.286, tokenRatio: 0.071},
      },
      warnings: [warningOf('UNAVAILABLE'), STREAMS],
    } satisfies ServiceConfigResult);
  });

  it('of methods that may be repeated matches a cautious policy, but for streams', () => {
    expect(toServiceConfig(repeatable)).to.deep.equal({
      config: {
        methodConfig: [
          {
            name: [{}],
            timeout: '30s',
            retryPolicy: {
              maxAttempts: 3,
              initialBackoff: '0.100000000s',
              maxBackoff: '20s',
              backoffMultiplier: 2,
              retryableStatusCodes: ['UNAVAILABLE'],
            },
          },
        ],
        retryThrottling: {maxTokens: 14.286, tokenRatio: 0.071},
      },
      warnings: [STREAMS],
    } satisfies ServiceConfigResult);
  });

  describe('in docs/grpc.md', () => {
    const page = readFileSync(new URL('../../docs/grpc.md', import.meta.url), 'utf8');
    const [intercepted, written] = blocksOf('docs/grpc.md');

    it('the client is made', async () => {
      const {client} = (await runBlock(intercepted!, 'client')) as {client: Client};
      try {
        expect(client.getChannel().getTarget()).to.contain('orders.internal:50051');
      } finally {
        client.close();
      }
    });

    it('the service config is what the page shows, with retries of the declared method', async () => {
      const [, shown] = /```json service-config\n([\s\S]*?)```/.exec(page)!;
      const {config, warnings, options} = await runBlock(written!, 'config, warnings, options');
      expect(config).to.deep.equal(JSON.parse(shown!));
      expect(warnings).to.deep.equal([warningOf('UNAVAILABLE'), STREAMS]);
      expect(options).to.deep.equal({'grpc.service_config': JSON.stringify(config)});
    });

    it('the policy of the page is accepted', () => {
      const [, policy] = /```json\n([\s\S]*?)```/.exec(page)!;
      expect(toServiceConfig(JSON.parse(policy!) as PolicyInput).config.methodConfig).to.have.length(3);
    });
  });

  it('accepts a handle', () => {
    expect(toServiceConfig(definePolicy({maxAttempts: 2})).config).to.deep.equal(
      toServiceConfig({maxAttempts: 2}).config,
    );
  });

  it('refuses an invalid policy', () => expect(() => toServiceConfig({maxAttempts: 0})).to.throw(/maxAttempts/));

  for (const [what, policy] of [
    ['one attempt', {maxAttempts: 1}],
    ['no retries of ours', {maxAttempts: null}],
    ['no code in retryOn', {retryOn: ['network', 503]}],
  ] as [string, PolicyInput][]) {
    it(`${what}: no retries`, () => expect(first(policy)).to.deep.equal({name: [{}], timeout: '30s'}));
  }

  it('no deadline: no timeout', () => expect(first({deadlineMs: null})).to.not.have.property('timeout'));

  it('a hedge becomes a hedging policy if the method may be sent twice', () => {
    const hedge = {delayMs: 250, maxLoadRatio: 0.05};
    expect(first({...repeatable, hedge})).to.deep.include({
      hedgingPolicy: {maxAttempts: 3, hedgingDelay: '0.250000000s', nonFatalStatusCodes: ['UNAVAILABLE']},
    });
    expect(first({...repeatable, hedge})).to.not.have.property('retryPolicy');
    expect(first({hedge})).to.not.have.property('retryPolicy');
    expect(first({hedge})).to.not.have.property('hedgingPolicy');
  });

  for (const [backoff, initialBackoff, maxBackoff, backoffMultiplier, warned] of [
    [{kind: 'constant', delayMs: 200}, '0.200000000s', '0.200000000s', 1, false],
    [{kind: 'constant', delayMs: 0}, '0.001000000s', '0.001000000s', 1, false],
    [{baseMs: 500, factor: 3, capMs: 100}, '0.100000000s', '0.100000000s', 3, false],
    [{kind: 'linear', baseMs: 100, stepMs: 50, capMs: 1000}, '0.100000000s', '1s', 1.5, true],
    [{kind: 'list', delaysMs: [100, 400, 2000]}, '0.100000000s', '2s', 4, true],
    [{kind: 'list', delaysMs: [400, 100]}, '0.400000000s', '0.400000000s', 1, true],
    [{kind: 'list', delaysMs: [0, 400]}, '0.001000000s', '0.400000000s', 1, true],
  ] as const) {
    it(`backoff ${JSON.stringify(backoff)}: ${initialBackoff} times ${backoffMultiplier}`, () => {
      const {config, warnings} = toServiceConfig({...repeatable, deadlineMs: null, backoff} as unknown as PolicyInput);
      expect(config.methodConfig[0]!.retryPolicy).to.include({initialBackoff, maxBackoff, backoffMultiplier});
      expect(warnings.length > 0).to.equal(warned);
    });
  }

  for (const [budget, expected] of [
    [null, undefined],
    [{kind: 'token-bucket', retryCost: 0}, undefined],
    [
      {kind: 'token-bucket', capacity: 0},
      {maxTokens: 1, tokenRatio: 0.071},
    ],
    [
      {kind: 'token-bucket', capacity: 50, retryCost: 10},
      {maxTokens: 10, tokenRatio: 0.1},
    ],
    [
      {kind: 'ratio', ratio: 0.2},
      {maxTokens: 10, tokenRatio: 0.2},
    ],
    [
      {kind: 'ratio', ratio: 0},
      {maxTokens: 1, tokenRatio: 0.001},
    ],
  ] as [PolicyInput['budget'], object | undefined][]) {
    it(`budget ${JSON.stringify(budget)}: ${JSON.stringify(expected)}`, () => {
      expect(toServiceConfig({budget: budget!}).config.retryThrottling).to.deep.equal(expected);
    });
  }

  describe('warns', () => {
    const routed = (path: string, more: object = {}): PolicyInput => ({
      ...repeatable,
      routes: [{match: {path, ...more}, name: 'r', maxAttempts: 2}],
    });
    const table: readonly (readonly [string, PolicyInput, string])[] = [
      [
        'of more attempts than gRPC makes',
        {...repeatable, maxAttempts: 8},
        'default: maxAttempts 8 becomes 5, the most that gRPC clients make.',
      ],
      [
        'of unlimited attempts',
        {...repeatable, maxAttempts: 'unlimited'},
        'default: maxAttempts "unlimited" becomes 5, the most that gRPC clients make.',
      ],
      [
        'of codes that may have been acted on',
        {retryOn: ['UNAVAILABLE', 'INTERNAL', 'ABORTED']},
        warningOf('ABORTED, INTERNAL, UNAVAILABLE'),
      ],
      [
        'of a hedge, which gRPC repeats and bounds by no share',
        {...repeatable, maxAttempts: 4, hedge: {delayMs: 50}},
        hedges(4),
      ],
      [
        'of a hedge by quantile',
        {...repeatable, hedge: {quantile: 0.95}},
        'default: hedge.quantile has no counterpart, for a hedging delay is fixed; written as retries.',
      ],
      [
        'of waits that are no powers',
        {...repeatable, backoff: {kind: 'list', delaysMs: [100, 200]}},
        "default: gRPC's backoff is exponential; list waits become 100 ms times 2.",
      ],
      [
        'of a budget beyond gRPC’s',
        {...repeatable, budget: {kind: 'token-bucket', capacity: 10_000, retryCost: 1}},
        "A budget of 10000 retries becomes one of 500, gRPC's largest.",
      ],
      [
        'of a route for some methods of a service',
        routed('/shop.Orders/Get*'),
        'Route r: /shop.Orders/Get* is neither a service nor a method, and is left out.',
      ],
      [
        'of a route that is never reached',
        routed('/shop.Orders/Get', {methods: ['GET']}),
        'Route r: no call of this channel is matched by it (its origin, its methods or a route before it).',
      ],
      [
        'of a budget of one route',
        {...repeatable, routes: [{match: {path: '/shop.Orders/Get'}, name: 'r', budget: null}]},
        'r: its own budget has no counterpart, for retryThrottling is one for all methods.',
      ],
    ];
    it('of nothing, if no method has a deadline', () =>
      expect(toServiceConfig({...repeatable, deadlineMs: null}).warnings).to.deep.equal([]));

    for (const [what, policy, warning] of table)
      it(what, () => expect(toServiceConfig(policy).warnings).to.deep.equal([warning, STREAMS]));
  });

  it('routes become services and methods, and the first match applies', () => {
    const {config, warnings} = toServiceConfig({
      ...repeatable,
      maxAttempts: 5,
      routes: [
        {match: {path: '/shop.Orders/Get'}, name: 'get', maxAttempts: 2},
        {match: {path: '/shop.Orders/*', origin: 'https://other.test'}, name: 'elsewhere', maxAttempts: 1},
        {match: {path: '/shop.Orders/*'}, name: 'orders', maxAttempts: 3},
        {match: {path: '/shop.Orders/List'}, name: 'shadowed', maxAttempts: 4},
        {match: {path: '/v1/predict/*'}, name: 'http', maxAttempts: 1},
      ],
    });
    expect(config.methodConfig.map(({name, retryPolicy}) => [name, retryPolicy?.maxAttempts])).to.deep.equal([
      [[{}], 5],
      [[{service: 'shop.Orders'}, {service: 'shop.Orders', method: 'List'}], 3],
      [[{service: 'shop.Orders', method: 'Get'}], 2],
    ]);
    expect(warnings.map(warning => warning.split(':')[0])).to.deep.equal([
      'Route elsewhere',
      'Route shadowed',
      'timeout',
    ]);
  });

  it('routes of an origin count for the channel to it', () => {
    const policy: PolicyInput = {
      ...repeatable,
      routes: [{match: {origin: 'https://a.test'}, name: 'a', maxAttempts: 2}],
    };
    expect(toServiceConfig(policy, 'https://a.test').config.methodConfig[0]!.retryPolicy?.maxAttempts).to.equal(2);
    expect(toServiceConfig(policy).config.methodConfig[0]!.retryPolicy?.maxAttempts).to.equal(3);
  });

  for (const [ms, text] of [
    [1000, '1s'],
    [1500, '1.500000000s'],
    [1, '0.001000000s'],
    [2 ** 53, '2147483647s'],
  ] as const) {
    it(`${ms} ms are ${text}`, () => expect(duration(ms)).to.equal(text));
  }

  describe('in a client of grpc-js that knows nothing else', () => {
    let server: GrpcServer;
    before(async () => {
      server = await GrpcServer.start();
    });
    after(() => server.close());
    const client = (policy: PolicyInput) =>
      server.client([], {'grpc.service_config': JSON.stringify(toServiceConfig(policy).config)});
    const quick = {baseMs: 1, capMs: 1} as const;

    it('UNAVAILABLE, UNAVAILABLE, OK takes three calls', async () => {
      server.serve(fails(status.UNAVAILABLE), fails(status.UNAVAILABLE), ok);
      expect((await get(client({...repeatable, backoff: quick}))).message).to.deep.equal({text: 'here'});
      expect(server.attempts).to.have.length(3);
    });

    it('each method has its own config', async () => {
      const made = client({
        ...repeatable,
        backoff: quick,
        routes: [
          {match: {path: '/shop.Orders/Watch'}, maxAttempts: 2},
          {match: {path: '/shop.Orders/*'}, maxAttempts: 4},
        ],
      });
      server.serve(fails(status.UNAVAILABLE));
      await get(made);
      expect(server.attempts).to.have.length(4);
      server.serve(fails(status.UNAVAILABLE));
      await drain(watch(made));
      expect(server.attempts).to.have.length(2);
    });

    it('a deadline below one second is kept', async () => {
      server.serve(ok);
      await get(client({deadlineMs: 900}));
      expect(server.attempts[0]!.timeLeftMs).to.be.within(1, 900);
      server.serve(hang);
      expect((await get(client({deadlineMs: 50}))).error).to.include({code: status.DEADLINE_EXCEEDED});
    });

    it('a hedge is sent', async () => {
      server.serve(hang, ok);
      const hedged = client({...repeatable, maxAttempts: 2, hedge: {delayMs: 10}});
      expect((await get(hedged)).message).to.deep.equal({text: 'here'});
      expect(server.attempts).to.have.length(2);
    });

    it('the budget limits the retries of an outage', async () => {
      const fresh = await GrpcServer.start(); // grpc-js keeps the tokens of a target for the whole process.
      try {
        fresh.serve(fails(status.UNAVAILABLE));
        const config = JSON.stringify(toServiceConfig({...repeatable, backoff: quick}).config);
        const made = fresh.client([], {'grpc.service_config': config});
        for (let call = 0; call < 30; call++) await get(made);
        // Each failure takes a token of theirs, also those that no retry follows; ours would be 7.
        expect(fresh.attempts.length - 30).to.be.within(4, 7);
      } finally {
        await fresh.close();
      }
    });
  });
});
