/** `paid` over real connections, through every adapter: a slow generation is sent once, and gets the time that its output needs. */
import {expect} from 'chai';
import ky from 'ky';
import {Agent, type Dispatcher, request, fetch as undiciFetch} from 'undici';
import {runBatch} from '../../src/batch.ts';
import {createFetch, type PolicyInput, reportOf, type SteadfetchEvent} from '../../src/core.ts';
import {guard} from '../../src/function/guard.ts';
import {resilience} from '../../src/index.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {type Answer, LoopbackServer} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';

const TOKENS = 1000;
const policy: PolicyInput = {
  paid: {attemptTimeoutPerOutputTokenMs: 1},
  idempotentMethods: ['POST'],
  attemptTimeoutMs: 200,
  deadlineMs: 20_000,
  maxAttempts: 4,
  budget: null,
  breaker: null,
  backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
};
/** No attempt runs out of time, however busy the machine is. */
const patient: PolicyInput = {...policy, attemptTimeoutMs: 15_000};
const events: SteadfetchEvent[] = [];
const on = (event: SteadfetchEvent): void => void events.push(event);
/** Of the last call: how many attempts it had, and how many may have to be paid for. */
const countsOf = (): readonly unknown[] => {
  const end = events.findLast(({type}) => type === 'call.end');
  return end !== undefined && 'call' in end ? [end.call.attempts, end.call.paidAttempts] : [];
};

const generation = (max_tokens?: number) => ({model: 'm1', ...(max_tokens !== undefined && {max_tokens})});
const json = (value: object) => ({
  method: 'POST' as const,
  body: JSON.stringify(value),
  headers: {'content-type': 'application/json'},
});

const agents: Agent[] = [];
function dispatcher(under: PolicyInput): Dispatcher {
  const agent = new Agent();
  agents.push(agent);
  return agent.compose(resilienceInterceptor(under, {on}));
}
const kyUnder = (under: PolicyInput) => ky.extend(resilience(under, {on}));
const adapters: Record<string, (url: string, body: object, under: PolicyInput) => Promise<unknown>> = {
  fetch: async (url, body, under) => (await createFetch(under, {on})(url, json(body))).text(),
  'ky, our own loop': (url, body, under) => kyUnder(under).post(url, {json: body}).text(),
  "ky's own loop": (url, body, under) =>
    kyUnder(under)
      .post(url, {json: body, hooks: {beforeError: [({error}) => error]}})
      .text(),
  'undici.request': async (url, body, under) =>
    (await request(url, {...json(body), dispatcher: dispatcher(under)})).body.text(),
  'undici.fetch': async (url, body, under) =>
    (await undiciFetch(url, {...json(body), dispatcher: dispatcher(under)})).text(),
};
/** Whose request body is a text that the engine can see; undici's fetch hands bodies over as iterables. */
const seesBody = Object.keys(adapters).filter(adapter => adapter !== 'undici.fetch');

/** Answers after so long. */
const slow =
  (ms: number): Answer =>
  response =>
    void setTimeout(() => response.writeHead(200, {'content-type': 'application/json'}).end('{}'), ms);

describe('paid calls over real connections', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  beforeEach(() => {
    events.length = 0;
  });
  after(async () => {
    await Promise.all(agents.map(agent => agent.destroy()));
    await server.close();
  });

  for (const [adapter, call] of Object.entries(adapters)) {
    it(`${adapter}: a generation that never ends is sent once`, async () => {
      const place = server.place('hang');
      expect(await errorOf(() => call(place.url, generation(), policy))).to.be.instanceOf(Error);
      expect(countsOf()).to.deep.equal([1, 1]);
      expect(place.requests.length).to.be.at.most(1);
    });

    it(`${adapter}: a reset is retried once, and then it is enough`, async () => {
      const place = server.place('reset');
      expect(await errorOf(() => call(place.url, generation(), patient))).to.be.instanceOf(Error);
      expect(countsOf()).to.deep.equal([2, 2]);
      expect(place.requests).to.have.length(2);
    });
  }

  for (const adapter of seesBody)
    it(`${adapter}: a slow answer gets the time of the output that was asked for`, async () => {
      const place = server.place(slow(400));
      expect(await adapters[adapter]!(place.url, generation(20 * TOKENS), policy)).to.equal('{}');
      expect(countsOf()).to.deep.equal([1, 1]);
    });

  it('a guarded function is run once', async () => {
    let runs = 0;
    const error = await errorOf(() =>
      guard(policy)(
        signal =>
          new Promise((_, reject) => {
            runs++;
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      ),
    );
    expect(runs).to.equal(1);
    expect(reportOf(error)).to.include({refusal: 'paid-timeout', paidAttempts: 1});
  });

  it('an item of a batch is sent once, and not again by a resumed run', async () => {
    const place = server.place('hang');
    const refusals: unknown[] = [];
    await runBatch(['a'], (_item, {signal}) => fetch(place.url, {method: 'POST', signal}), {
      policy,
      onResult: result => void refusals.push(result.ok || [result.failure.refusal, result.failure.retryable]),
    });
    expect(place.requests.length).to.be.at.most(1);
    expect(refusals).to.deep.equal([['paid-timeout', false]]);
  });
});
