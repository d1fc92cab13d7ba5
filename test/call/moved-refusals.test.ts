/** An endpoint that refuses what another one answers, such as a deployment that has lost its routes: beside the first endpoint alone. */
import {expect} from 'chai';
import type {EndpointInput, FailoverInput, PolicyInput} from '../../src/core.ts';
import type {ScriptedAnswer, SeenRequest} from '../../src/testing.ts';
import {runs} from '../support/runs.ts';
import {type Measured, measure, type Server} from './endpoint-traffic.ts';
import {answer, connectionError, virtually, type World} from './world.ts';

const EU = 'https://eu.test';
const US = 'https://us.test';
const ITEMS = `${EU}/items`;
const eu: EndpointInput = {name: 'eu', origin: EU};
const us: EndpointInput = {name: 'us', origin: US, rank: 2};
const backoff = {kind: 'constant', delayMs: 1000, throttledBaseMs: 1000, jitter: 'none'} as const;
const TWO: PolicyInput = {endpoints: [eu, us], backoff, deadlineMs: null, breaker: null, budget: null};

/** Each endpoint answers by its own script, and repeats the last answer. */
function serve(world: World, script: Readonly<Record<'eu' | 'us', readonly ScriptedAnswer[]>>): void {
  const answered = {eu: 0, us: 0};
  world.serve((request: SeenRequest) => {
    const name = request.url.startsWith(EU) ? 'eu' : 'us';
    const next = script[name][Math.min(answered[name]++, script[name].length - 1)]!;
    return typeof next === 'function' ? next(request) : next;
  });
}

/** `eu 0, us 1000`: which endpoint got an attempt, and when. */
const path = (world: World): string =>
  world.server.requests.map(({url}, n) => `${url.slice(8, 10)} ${world.arrivals[n]}`).join(', ');

describe('a call that moved to an endpoint which refuses it', () => {
  for (const status of [404, 400, 501, 401, 403])
    virtually(`goes back, if the first endpoint does not refuse as a rule: ${status}`, async make => {
      const world = make(TWO);
      serve(world, {eu: [200, 503, 200], us: [status]});
      expect([await world.run(ITEMS), await world.run(ITEMS)]).to.deep.equal(['200', '200']);
      expect(path(world)).to.equal('eu 0, eu 0, us 0, eu 1000');
    });

  virtually('is not followed by others for 30 s', async make => {
    const world = make(TWO);
    serve(world, {eu: [503, 200, 503, 200, 503, 200], us: [404]});
    await world.run(ITEMS);
    await world.run(ITEMS);
    expect(path(world)).to.equal('eu 0, us 0, eu 1000, eu 1000, eu 2000');
    await world.clock.advance(30_000);
    await world.run(ITEMS);
    expect(path(world)).to.match(/eu 32000, us 32000, eu 33000$/);
  });

  virtually('is followed by others once the endpoint answers', async make => {
    const world = make(TWO);
    serve(world, {eu: [503, 200, answer(429, {'retry-after': '5'}), 503, 200], us: [404, 200]});
    await world.run(ITEMS);
    expect(await world.run(ITEMS), 'eu asks for a pause').to.equal('200');
    await world.clock.advance(6000);
    await world.run(ITEMS);
    expect(path(world)).to.match(/^eu 0, us 0, eu 1000, eu 1000, us 1000, eu 7000, us 7000$/);
  });

  virtually('gets its answer, if the first endpoint refuses as often', async make => {
    const world = make(TWO);
    serve(world, {eu: [404, 503], us: [404]});
    expect([await world.run(ITEMS), await world.run(ITEMS)]).to.deep.equal([
      '404 (not-transient)',
      '404 (not-transient)',
    ]);
    expect(path(world)).to.equal('eu 0, eu 0, us 0');
  });

  virtually('gets its answer, if that endpoint answers others', async make => {
    const world = make(TWO);
    serve(world, {eu: [503], us: [200, 404]});
    expect([await world.run(ITEMS), await world.run(ITEMS)]).to.deep.equal(['200', '404 (not-transient)']);
    expect(path(world)).to.equal('eu 0, us 0, eu 0, us 0');
  });

  const refused = connectionError('ECONNREFUSED', {syscall: 'connect'});
  for (const [title, script, policy, init] of [
    ['its caller may not repeat it', {eu: [refused], us: [404]}, {}, {method: 'POST', body: '{}'}],
    ['it was the last attempt', {eu: [503], us: [404]}, {maxAttempts: 2}, {}],
    ['the first endpoint asked for a pause', {eu: [answer(503, {'retry-after': '5'})], us: [404]}, {}, {}],
    ['server errors are no reason to move', {eu: [refused], us: [404]}, {failover: {on: ['network']}}, {}],
    ['its server says not to retry', {eu: [503], us: [answer(404, {'x-should-retry': 'false'})]}, {}, {}],
  ] as const)
    virtually(`gets its answer, if ${title}`, async make => {
      const world = make({...TWO, ...policy});
      serve(world, script);
      expect(await world.run(ITEMS, init)).to.equal('404 (not-transient)');
      expect(path(world)).to.equal('eu 0, us 0');
    });
});

describe('traffic to two endpoints, of which the first fails a tenth of the time', () => {
  const run = (servers: readonly Server[], failover: FailoverInput = {}, unknown: number = 0): Promise<Measured> =>
    measure({
      policy: {failover, budget: {kind: 'token-bucket'}},
      servers,
      perSecond: 50,
      calls: 3000,
      seed: 3,
      unknown,
    });
  const first = {fails: 0.1};

  for (const [title, second, failover, least, most] of [
    ['a spare', {rank: 2}, {}, 99.7, 0.2],
    ['an equal by p2c-ewma', {}, {balance: 'p2c-ewma'}, 99.5, 0.5],
    ['an equal with ejection', {}, {ejection: {maxEjectedShare: 0.5}}, 98, 2],
  ] as const)
    for (const status of [404, 400, 501, 401].slice(0, runs(2, 4)))
      it(`answers as many as the first alone, if ${title} answers ${status} to everything`, async () => {
        const alone = await run([first]);
        const beside = await run([first, {...second, fails: 1, status}], failover);
        expect(alone.ended[200]! / 30).to.be.at.least(99.7);
        expect(beside.ended[200]! / 30, JSON.stringify(beside.ended)).to.be.at.least(least);
        expect(beside.shares[1]).to.be.below(most);
        expect(beside.sendsPerCall).to.be.at.most(alone.sendsPerCall + 0.02);
      });

  for (const unknown of [0.02, 0.1, 0.3])
    it(`costs no request more, if ${100 * unknown} % of the calls are for what neither has`, async () => {
      const {ended, sendsPerCall} = await run([first, {rank: 2}], {}, unknown);
      expect(sendsPerCall).to.be.at.most(1.102);
      expect(ended[404]! / 30).to.be.closeTo(100 * unknown, 1);
      expect(ended[503]).to.equal(undefined);
    });
});

describe('traffic to two endpoints that refuse alike', () => {
  for (const share of [0.05, 0.33])
    it(`keeps both in rotation: ${100 * share} %`, async () => {
      const {shares} = await measure({
        policy: {failover: {ejection: {maxEjectedShare: 0.5}}},
        servers: [{}, {}],
        perSecond: 50,
        calls: 6000,
        seed: 3,
        unknown: share,
      });
      expect(shares[0]).to.be.closeTo(50, 3);
    });
});
