import {expect} from 'chai';
import OpenAI from 'openai';
import {answerTo, type EndpointOptions, ModelEndpoint} from '../../examples/model-endpoint/endpoint.ts';
import type {Fault} from '../../examples/model-endpoint/faults.ts';
import {fetchOf} from '../../examples/model-endpoint/in-process.ts';
import {insufficientQuota} from '../../examples/model-endpoint/refusals.ts';
import {serve} from '../../examples/model-endpoint/server.ts';
import {SystemClock} from '../../src/core/system-clock.ts';
import {VirtualClock} from '../../src/testing.ts';

const ORIGIN = 'https://model.test';
const PROMPT = 'question 1';

const requests: Readonly<Record<string, object>> = {
  '/v1/chat/completions': {messages: [{role: 'user', content: PROMPT}], max_tokens: 10},
  '/v1/responses': {input: PROMPT, max_output_tokens: 10},
  '/v1/messages': {messages: [{role: 'user', content: [{type: 'text', text: PROMPT}]}], max_tokens: 10},
  '/v1beta/models/model-1:generateContent': {contents: [{parts: [{text: PROMPT}]}]},
};

function start(options: Omit<EndpointOptions, 'clock'> = {}) {
  const clock = new VirtualClock();
  const endpoint = new ModelEndpoint({clock, ...options});
  const fetch = fetchOf(endpoint);
  const post = (body: object = {}, init: RequestInit = {}, path = '/v1/chat/completions'): Promise<Response> =>
    fetch(ORIGIN + path, {method: 'POST', body: JSON.stringify({...requests[path], ...body}), ...init});
  return {clock, endpoint, post};
}

const always = (fault: Fault) => ({fault: () => fault});

describe('model endpoint', () => {
  for (const path of Object.keys(requests))
    it(`answers ${path}`, async () => {
      const {clock, endpoint, post} = start({latencyMs: 300});
      const response = await clock.run(() => post({}, {}, path));
      expect(await response.text()).to.contain(answerTo(PROMPT));
      expect(clock.now()).to.equal(300);
      expect(endpoint.arrivals).to.have.length(1);
      expect(endpoint.arrivals[0]).to.include({prompt: PROMPT, result: 'answered', paid: true});
    });

  for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/messages'])
    it(`streams ${path}, word by word`, async () => {
      const {clock, post} = start({tokenMs: 10});
      const text = await clock.run(async () => (await post({stream: true}, {}, path)).text());
      for (const word of answerTo(PROMPT).split(' ')) expect(text).to.contain(word);
      expect(clock.now()).to.be.closeTo(150, 1e-6);
    });

  it('takes longer for a request that asks for more tokens', async () => {
    const {clock, post} = start({latencyMs: 0, tokenMs: 5});
    await clock.run(() => post({max_tokens: 1000}));
    expect(clock.now()).to.equal(5000);
  });

  it('admits what its quota holds, and refills it', async () => {
    const {clock, endpoint, post} = start({
      limits: [{unit: 'requests', max: 2, perMs: 1000, refill: 'continuous'}],
      hint: 'retry-after-ms',
      sendsQuotaHeaders: true,
    });
    const responses = await clock.run(() => Promise.all([post(), post(), post()]));
    expect(responses.map(({status}) => status)).to.deep.equal([200, 200, 429]);
    expect(responses[2]!.headers.get('retry-after-ms')).to.equal('500');
    expect(responses[2]!.headers.get('x-ratelimit-remaining-requests')).to.equal('0');
    await clock.advance(500);
    expect((await clock.run(() => post())).status).to.equal(200);
    expect(endpoint.arrivals.filter(({paid}) => paid)).to.have.length(3);
  });

  it('counts tokens, and admits in windows', async () => {
    const {clock, post} = start({limits: [{unit: 'tokens', max: 120, perMs: 1000, refill: 'window'}]});
    const responses = await clock.run(() => Promise.all([post({max_tokens: 80}), post({max_tokens: 80})]));
    expect(responses.map(({status}) => status)).to.deep.equal([200, 429]);
    await clock.advance(1000 - clock.now());
    expect((await clock.run(() => post({max_tokens: 80}))).status).to.equal(200);
  });

  it('refuses without payment', async () => {
    const {clock, endpoint, post} = start(always({kind: 'refused', refusal: insufficientQuota}));
    const response = await clock.run(() => post());
    expect(response.status).to.equal(429);
    expect(await response.json()).to.have.nested.property('error.code', 'insufficient_quota');
    expect(endpoint.arrivals[0]).to.include({result: 'refused', paid: false});
  });

  for (const paid of [true, false])
    it(`breaks a connection, ${paid ? 'after' : 'before'} the work`, async () => {
      const {clock, endpoint, post} = start(always({kind: 'reset', paid}));
      const error = await clock.run(() => post().catch((error: Error) => error));
      expect(error).to.be.instanceOf(TypeError).with.nested.property('cause.code', 'ECONNRESET');
      expect(endpoint.arrivals[0]).to.include({result: 'failed', paid});
    });

  for (const after of ['nothing', 'head', 'content'] as const)
    it(`sends an error event after ${after}`, async () => {
      const {clock, endpoint, post} = start(always({kind: 'error event', error: 'overloaded', after}));
      const text = await clock.run(async () => (await post({stream: true}, {}, '/v1/messages')).text());
      const events = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
      const head = after === 'nothing' ? [] : ['message_start', 'content_block_start'];
      const content = after === 'content' ? ['content_block_delta'] : [];
      expect(events).to.deep.equal([...head, ...content, 'error']);
      expect(endpoint.arrivals[0]!.paid).to.equal(after === 'content');
    });

  it('sends pings until the client gives up, and notices that', async () => {
    const {clock, endpoint, post} = start({...always({kind: 'pings'}), pingMs: 1000});
    await clock.run(async () => {
      const controller = new AbortController();
      const reading = (await post({stream: true}, {signal: controller.signal}))
        .text()
        .catch((error: Error) => error.name);
      await clock.sleep(10_500);
      controller.abort();
      expect(await reading).to.equal('AbortError');
    });
    expect(endpoint.arrivals[0]).to.include({result: 'aborted', paid: false});
  });

  for (const after of ['head', 'content'] as const)
    it(`cuts a connection after ${after}`, async () => {
      const {clock, endpoint, post} = start(always({kind: 'cut', after}));
      const read = await clock.run(async () => {
        const response = await post({stream: true});
        return response.text().catch((error: Error) => error);
      });
      expect(read).to.be.instanceOf(TypeError).with.property('message', 'terminated');
      expect(endpoint.arrivals[0]).to.include({
        result: 'failed',
        paid: after === 'content',
        events: after === 'head' ? 1 : 2,
      });
    });

  it('is given up after 300 s of silence, as by the fetch of Node', async () => {
    const headersLate = start(always({kind: 'slow', ms: 300_000}));
    const noHeaders = await headersLate.clock.run(() => headersLate.post().catch((error: Error) => error));
    expect(noHeaders).to.have.nested.property('cause.code', 'UND_ERR_HEADERS_TIMEOUT');
    const stalled = start(always({kind: 'stall'}));
    const noBody = await stalled.clock.run(async () => {
      const response = await stalled.post({stream: true});
      return response.text().catch((error: Error) => error);
    });
    expect(noBody).to.have.nested.property('cause.code', 'UND_ERR_BODY_TIMEOUT');
    for (const {clock, endpoint} of [headersLate, stalled]) {
      expect(endpoint.arrivals[0]!.result).to.equal('aborted');
      expect(clock.pending).to.equal(0);
    }
  });

  it('can compress its streams, each event at once', async () => {
    const endpoint = new ModelEndpoint({clock: new SystemClock(), latencyMs: 0, ...always({kind: 'stall'})});
    const server = await serve(endpoint, {compresses: true});
    const response = await fetch(`${server.origin}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({...requests['/v1/chat/completions'], stream: true}),
    });
    expect(response.headers.get('content-encoding')).to.equal('gzip');
    let text = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes('This ')) break;
    }
    await server.close();
  });

  it('sends the same text in every framing', async () => {
    const texts = [];
    for (const framing of [
      {lineEnd: '\n', byteOrderMark: false, chunkBytes: null},
      {lineEnd: '\r\n', byteOrderMark: true, chunkBytes: 1},
    ] as const) {
      const {clock, post} = start({framing});
      texts.push(await clock.run(async () => (await post({stream: true})).text()));
    }
    expect(texts[1]).to.equal(texts[0]!.replaceAll('\n', '\r\n'));
  });

  it('is understood by the OpenAI SDK, on a port', async () => {
    const endpoint = new ModelEndpoint({clock: new SystemClock(), latencyMs: 1});
    const server = await serve(endpoint);
    const client = new OpenAI({baseURL: `${server.origin}/v1`, apiKey: 'key-1'});
    const request = {model: 'model-1', messages: [{role: 'user' as const, content: PROMPT}]};
    const {choices, usage} = await client.chat.completions.create(request);
    let streamed = '';
    for await (const {choices} of await client.chat.completions.create({...request, stream: true}))
      streamed += choices[0]?.delta.content ?? '';
    const {output_text} = await client.responses.create({model: 'model-1', input: PROMPT});
    await server.close();
    expect([choices[0]!.message.content, streamed, output_text]).to.deep.equal(Array(3).fill(answerTo(PROMPT)));
    expect(usage?.completion_tokens).to.equal(16);
    expect(endpoint.arrivals.map(({client}) => client)).to.deep.equal(Array(3).fill('key-1'));
  });
});
