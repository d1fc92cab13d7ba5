/** Batches under a policy with endpoints: which items move, and what the report says of it. */
import {expect} from 'chai';
import type {SendContext} from '../../src/batch/types.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {ScriptedFetch} from '../../src/testing.ts';
import {answer} from '../../src/transport/answer.ts';
import {type Options, POLICY, run} from './world.ts';

const EU = 'https://eu.test/v1';
const US = 'https://us.test/api/v1';
const endpoints = [
  {name: 'eu', origin: 'https://eu.test', basePath: '/v1'},
  {name: 'us', origin: 'https://us.test', basePath: '/api/v1', rank: 2},
];
const policy: PolicyInput = {...POLICY, endpoints, failover: {sharedKeys: true}, breaker: null, deadlineMs: null};
const target = {url: `${EU}/embed`};

/** Answers by endpoint; the last answer repeats. */
function serving(scripts: Readonly<Record<string, readonly (number | Error)[]>>) {
  const sent: string[] = [];
  const counts: Record<string, number> = {};
  const send = async (item: string, {url, endpoint}: SendContext): Promise<unknown> => {
    sent.push(`${item} ${endpoint} ${url}`);
    const name = url.startsWith(EU) ? 'eu' : 'us';
    const script = scripts[name]!;
    const said = script[Math.min(counts[name] ?? 0, script.length - 1)]!;
    counts[name] = (counts[name] ?? 0) + 1;
    if (said instanceof Error) throw said;
    return answer(said, item.toUpperCase());
  };
  return {sent, send};
}

describe('a batch under a policy with endpoints', () => {
  const options = (over: Options<string> = {}): Options<string> => ({policy, target, movable: true, ...over});

  it('sends an item to the next endpoint, and counts requests by endpoint', async () => {
    const {sent, send} = serving({eu: [503], us: [200]});
    const {report, results} = await run(['a', 'b'], send, options({concurrency: 1}));
    expect(results.map(result => result.ok)).to.deep.equal([true, true]);
    expect(sent).to.deep.equal([`a eu ${EU}/embed`, `a us ${US}/embed`, `b eu ${EU}/embed`, `b us ${US}/embed`]);
    expect(report).to.include({succeeded: 2, requests: 4, retries: 2});
    expect(report.requestsByEndpoint).to.deep.equal({eu: 2, us: 2});
  });

  it('moves what is left of a chunk', async () => {
    const seen: string[] = [];
    const sendChunk = async (items: readonly string[], {url}: SendContext): Promise<unknown> => {
      seen.push(`${items.join('')} ${new URL(url).host}`);
      return items.map(item => (item === 'b' && url.startsWith(EU) ? answer(503, null) : item));
    };
    const {report} = await run(['a', 'b', 'c'], {chunkSize: 3, sendChunk}, options());
    expect(seen).to.deep.equal(['abc eu.test', 'b us.test']);
    expect(report.succeeded).to.equal(3);
  });

  it('is told where its item goes, also without endpoints', async () => {
    const {sent, send} = serving({eu: [200], us: []});
    const {report} = await run(['a'], send, {target});
    expect(sent).to.deep.equal([`a undefined ${EU}/embed`]);
    expect(report.requestsByEndpoint).to.deep.equal({});
  });

  for (const [title, over, reason] of [
    ['is not movable', {movable: false}, 'its batch is not movable'],
    [
      'has POSTs and no shared keys',
      {policy: {...policy, failover: {}}},
      'another run may have sent it there, and failover.sharedKeys is not set',
    ],
  ] as const)
    it(`stays where its target says and says why, if it ${title}`, async () => {
      const {sent, send} = serving({eu: [503], us: [200]});
      const {report, results} = await run(['a'], send, options(over));
      expect(sent).to.deep.equal(Array(3).fill(`a eu ${EU}/embed`));
      expect(report.requestsByEndpoint).to.deep.equal({eu: 3});
      const [result] = results;
      expect(result!.ok ? '' : result!.failure.reason).to.equal(
        `all 3 attempts are used (503); it stayed at eu, because ${reason}`,
      );
    });

  it('moves safe methods without shared keys', async () => {
    const {send} = serving({eu: [503], us: [200]});
    const over = {policy: {...policy, failover: {}, idempotentMethods: ['GET']}, target: {...target, method: 'GET'}};
    expect((await run(['a'], send, options(over))).report.requestsByEndpoint).to.deep.equal({eu: 1, us: 1});
  });

  it('is held while no endpoint is free, and goes on where one is', async () => {
    const {sent, send} = serving({eu: [503, 200], us: [503, 200]});
    const nervous = {kind: 'consecutive', failures: 1, openMs: 5000, probes: 1} as const;
    const over = {policy: {...policy, breaker: nervous, maxAttempts: 3, deadlineMs: 1000}, concurrency: 1};
    const {report, events} = await run(['a', 'b'], send, options(over));
    expect(report).to.include({succeeded: 2, failed: 0, ended: 'complete'});
    expect(report.heldMs).to.be.within(4000, 6000);
    expect(events.filter(({type}) => type === 'batch.held')).to.have.length(1);
    expect(sent.slice(0, 2)).to.deep.equal([`a eu ${EU}/embed`, `a us ${US}/embed`]);
    expect(sent).to.have.length(4);
  });

  it('names the server from which a redirect leads on', async () => {
    const send = async (_item: string, {url}: SendContext): Promise<unknown> =>
      url.startsWith(EU) ? answer(503, null) : answer(307, null, {location: '/elsewhere'});
    const {results} = await run(['a'], send, options());
    const [result] = results;
    expect(result!.ok ? '' : String(result!.failure.error)).to.include('https://us.test/elsewhere');
  });

  it('moves by itself, if its items are sent by a client with the endpoints', async () => {
    const clock = new VirtualClock();
    const server = new ScriptedFetch(clock, [503, 200]);
    const fetch = createFetch(policy, {clock, fetch: server.fetch, observer: null});
    const send = (item: string, {headers, signal}: SendContext): Promise<Response> =>
      fetch(target.url, {method: 'POST', headers, signal, body: item});
    const {report} = await run(['a'], send, {clock, target});
    expect(report).to.include({succeeded: 1, requests: 1});
    expect(server.requests.map(({url}) => url)).to.deep.equal([`${EU}/embed`, `${US}/embed`]);
  });
});
