/** A quota that is learned over a link that Toxiproxy cuts, silences and restores: what becomes of the calls in its queue. */
import {expect} from 'chai';
import {Agent} from 'undici';
import {answerTo, ModelEndpoint} from '../../examples/model-endpoint/endpoint.ts';
import {type EndpointServer, serve} from '../../examples/model-endpoint/server.ts';
import {systemClock} from '../../src/core/system-clock.ts';
import {createFetch, definePolicy, type PolicyInput, type SteadfetchEvent} from '../../src/core.ts';
import {findGoTool, toxiproxy} from '../../tools/go/find.ts';
import {type Link, startToxiproxy, type Toxiproxy} from '../../tools/toxiproxy/start.ts';
import {over} from '../faults/trial.ts';
import {WatchedClock} from './watched-clock.ts';

const PER_SECOND = 50;
const CALLS = 200;

describe('a quota that is learned over a link of Toxiproxy', function () {
  this.timeout(30 * 60_000);
  let proxy: Toxiproxy;
  let agent: Agent;
  let server: EndpointServer;

  before(async function () {
    const found = await findGoTool(toxiproxy, true);
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing}`);
      return this.skip();
    }
    proxy = await startToxiproxy(found.binary);
  });
  after(() => proxy?.stop());
  beforeEach(() => {
    agent = new Agent();
  });
  afterEach(async () => {
    await agent.destroy();
    await server.close();
  });

  /** @param failures After so many failed attempts the link is as good as new. */
  async function burst(policy: PolicyInput, breakLink: (link: Link) => Promise<void>, failures: number) {
    const limits = [{unit: 'requests', max: PER_SECOND, perMs: 1000, refill: 'continuous'}] as const;
    const endpoint = new ModelEndpoint({clock: systemClock, limits, hint: 'retry-after-ms', latencyMs: 20});
    server = await serve(endpoint);
    const link = await proxy.link(server.origin);
    const handle = definePolicy({extends: ['steadfetch:llm'], maxAttempts: 8, ...policy});
    const clock = new WatchedClock();
    const quota = () => handle.snapshot(clock.now()).origins[0]?.quotas[0];
    let answered = 0;
    let failed = 0;
    let paidAttempts = 0;
    let rateBefore: number | undefined;
    let repair: Promise<void> | undefined;
    const on = (event: SteadfetchEvent): void => {
      if (event.type === 'call.end') paidAttempts += event.call.paidAttempts ?? 0;
      if (event.type !== 'attempt.end') return;
      if (event.reason === 'success' && ++answered === 60) {
        rateBefore = quota()?.learnedPerSecond;
        void breakLink(link);
      } else if (event.outcome !== 'response' && ++failed === failures) repair = link.restore().then(() => link.heal());
    };
    const fetch = createFetch(handle, {clock, on, fetch: over(agent)});
    const ask = async (prompt: string): Promise<string> => {
      const body = JSON.stringify({messages: [{role: 'user', content: prompt}], max_tokens: 20});
      try {
        const response = await fetch(`${link.url}v1/chat/completions`, {method: 'POST', body});
        return (await response.text()).includes(answerTo(prompt)) ? 'answered' : `${response.status}`;
      } catch (error) {
        return (error as {code?: string}).code ?? (error as Error).name;
      }
    };
    const ends = await Promise.all(Array.from({length: CALLS}, (_, index) => ask(`question ${index}`)));
    await repair;
    const paid = endpoint.arrivals.filter(({paid}) => paid).length;
    return {
      ends,
      paid,
      paidAttempts,
      ask,
      rateBefore: rateBefore!,
      failed,
      quota: () => quota()!,
      armed: () => clock.armed,
    };
  }
  const count = (ends: readonly string[], end: string): number => ends.filter(each => each === end).length;

  it('loses no call where the link is cut and restored, and keeps its rate', async () => {
    const {ends, paid, paidAttempts, failed, rateBefore, quota, armed} = await burst(
      {breaker: null, budget: null},
      link => link.cut(),
      10,
    );
    expect(count(ends, 'answered')).to.equal(CALLS);
    expect(failed).to.be.at.least(10);
    expect(paid, 'those in flight when the link was cut are paid for again').to.be.within(CALLS, paidAttempts);
    expect(quota()).to.include({waiting: 0});
    expect(quota().learnedPerSecond, 'a broken link says nothing of the quota').to.be.at.least(rateBefore / 2);
    expect(armed()).to.equal(0);
  });

  it('leaves no call in its queue where the breaker opens, and the next call is answered', async () => {
    const policy: PolicyInput = {breaker: {kind: 'consecutive', failures: 5, openMs: 300}};
    const {ends, ask, quota, armed} = await burst(policy, link => link.cut(), 5);
    expect(ends).to.have.length(CALLS);
    expect(new Set(ends)).to.include('answered');
    for (const end of new Set(ends)) expect(end).to.match(/^(answered|CIRCUIT_OPEN|ECONNREFUSED|TypeError)$/);
    expect(quota()).to.include({waiting: 0});
    await new Promise(resolve => setTimeout(resolve, 400));
    expect(await ask('one more')).to.equal('answered');
    expect(armed()).to.equal(0);
  });

  it('goes on after a silence: only calls that were in flight fail, and what is paid for is counted', async () => {
    const silence = (link: Link) => link.add({type: 'timeout', attributes: {timeout: 0}});
    const policy: PolicyInput = {
      breaker: null,
      budget: null,
      attemptTimeoutMs: 600,
      paid: {attemptTimeoutPerOutputTokenMs: null},
    };
    const {ends, paid, paidAttempts, failed, quota, armed} = await burst(policy, silence, 3);
    const timedOut = count(ends, 'ATTEMPT_TIMEOUT');
    expect(timedOut).to.be.within(3, failed);
    expect(count(ends, 'answered') + timedOut).to.equal(CALLS);
    expect(paid).to.be.at.most(paidAttempts);
    expect(quota()).to.include({waiting: 0});
    expect(armed()).to.equal(0);
  });
});
