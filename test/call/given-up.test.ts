/** A client above that retries, over a policy for paid calls: it gets the last word of a call that was given up, and what it sends all the same is sent once. */
import {expect} from 'chai';
import {type PolicyInput, reportOf} from '../../src/core.ts';
import {answer, connectionError, thrown, virtually, type World} from './world.ts';

const CHAT = 'https://models.test/v1/chat/completions';
const llm = {extends: ['steadfetch:llm']};
const HEADER = 'x-stainless-retry-count';
const post = (count?: number) => ({
  method: 'POST',
  ...(count !== undefined && {headers: {[HEADER]: String(count)}}),
  body: JSON.stringify({model: 'm', messages: []}),
});
const reset = connectionError('ECONNRESET', {syscall: 'read'});
const ask = (world: World, count?: number, init: object = {}): Promise<Response> =>
  world.clock.run(() => world.fetch(CHAT, {...post(count), ...init}));

/** As the SDKs of OpenAI and Anthropic do, twice at the most. */
async function underAnSdk(world: World): Promise<void> {
  for (let count = 0; count <= 2; count++) {
    const response = await ask(world, count).catch(() => null);
    if (response?.headers.get('x-should-retry') === 'false' || response?.ok) return;
  }
}

describe('a client above that retries a paid call', () => {
  const {warn} = console;
  beforeEach(() => {
    console.warn = () => {};
  });
  afterEach(() => {
    console.warn = warn;
  });

  for (const [what, script, sends] of [
    ['500s', 500, 2],
    ['429s', 429, 16],
    ['409s', 409, 4],
    ['a used-up account', answer(429, {}, '{"error":{"code":"insufficient_quota"}}'), 1],
    ['timeouts of a gateway', 504, 1],
    // It is not told: it got no response.
    ['resets', reset, 4],
  ] as const)
    virtually(`makes ${sends} of ${what}`, async make => {
      const world = make(llm);
      world.serve(script);
      await underAnSdk(world);
      expect(world.sends).to.equal(sends);
    });

  virtually('gets its own retries sent once, and the report says why', async make => {
    const world = make(llm);
    world.serve(503);
    const response = await ask(world, 1);
    expect(world.sends).to.equal(1);
    expect(reportOf(response)).to.include({
      refusal: 'nested',
      reason: `the client above retries (${HEADER}), so this is sent once (503)`,
    });
  });

  virtually('finds the word in the headers of the very response, which stays what it was', async make => {
    let given: Response | undefined;
    const fetch = async (): Promise<Response> => {
      given = new Response('{"error":{}}', {status: 500, headers: {'x-request-id': 'r1', 'set-cookie': 'a=1'}});
      given.headers.append('set-cookie', 'b=2');
      return Object.defineProperties(given, {url: {value: CHAT}, redirected: {value: false}});
    };
    const world = make(llm, {fetch});
    const response = await ask(world, 0);
    expect(response).to.equal(given);
    expect(response).to.be.instanceOf(Response);
    expect(response.headers).to.be.instanceOf(Headers);
    expect(response.headers.get('x-should-retry')).to.equal('false');
    expect(response.headers.get('x-request-id')).to.equal('r1');
    expect(response.headers.getSetCookie()).to.deep.equal(['a=1', 'b=2']);
    expect(response).to.include({status: 500, url: CHAT, redirected: false, type: 'default', bodyUsed: false});
    expect(Object.keys(response)).to.deep.equal([]);
    const copy = response.clone();
    expect(copy.headers.get('x-should-retry')).to.equal('false');
    expect(await copy.text()).to.equal('{"error":{}}');
    expect(await response.json()).to.deep.equal({error: {}});
    expect(response.bodyUsed).to.equal(true);
    // What the SDKs keep in their errors.
    expect(reportOf({headers: response.headers})).to.include({attempts: 2, refusal: 'paid-attempts-exhausted'});
  });

  virtually('gets no word where there is none to say', async make => {
    const wordOf = async (policy: PolicyInput, count: number | undefined, script: number, init?: object) => {
      const world = make(policy);
      world.serve(script);
      return (await ask(world, count, init)).headers.get('x-should-retry');
    };
    expect(await wordOf(llm, undefined, 500), 'no client above').to.equal(null);
    expect(await wordOf(llm, 0, 200), 'a success').to.equal(null);
    expect(await wordOf({...llm, nested: 'yield'}, 0, 500), 'it retries alone').to.equal(null);
    expect(await wordOf(llm, 0, 500, {resilience: {maxAttempts: 1}}), 'the call is not retried').to.equal(null);
    expect(await wordOf({idempotentMethods: ['POST']}, 0, 500), 'not paid for').to.equal(null);
  });

  virtually('changes nothing for an object that only looks like a Response', async make => {
    const own = Object.freeze({status: 500, ok: false, headers: new Headers(), body: null, text: async () => 'x'});
    const world = make(llm, {fetch: async () => own as unknown as Response});
    const response = await ask(world, 0);
    expect(response).to.equal(own);
    expect(response.headers.get('x-should-retry')).to.equal(null);
  });

  virtually('gets the error of a reset as it is', async make => {
    const world = make(llm);
    world.serve(reset);
    const error = await world.clock.run(() => thrown(world.fetch(CHAT, post(0))));
    expect(reportOf(error)).to.include({attempts: 2, refusal: 'paid-attempts-exhausted'});
  });
});
