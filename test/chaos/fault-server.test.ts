/** The fault server, met by real clients over real sockets. Its time is the test's. */
import {once} from 'node:events';
import {Agent, get, request as httpRequest, type IncomingMessage} from 'node:http';
import {connect, createServer} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {faultServer} from '../../src/chaos/fault-server.ts';
import type {FaultServerOptions} from '../../src/chaos/options.ts';
import {SteadfetchError} from '../../src/core/errors.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {InvalidScenarioError} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput, ScenarioServiceInput} from '../../src/simulate/scenario/types.ts';

describe('faultServer', () => {
  let clock: VirtualClock;
  let server: Awaited<ReturnType<typeof faultServer>> | undefined;
  beforeEach(() => {
    clock = new VirtualClock();
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    expect(clock.pending, 'timers that are left').to.equal(0);
  });

  async function serve(
    service: ScenarioServiceInput,
    options: FaultServerOptions = {},
    rest: Partial<ScenarioInput> = {},
  ): Promise<string> {
    server = await faultServer({durationMs: 60_000, traffic: {perSecond: 1}, ...rest, service}, {clock, ...options});
    return server.url;
  }

  /** Resolves once that many requests have arrived. */
  async function received(count: number): Promise<void> {
    while (server!.counts().received < count) await turn();
  }

  /** The response, once the time has moved so far. */
  async function answerAfter(ms: number, response: Promise<Response>): Promise<Response> {
    await received(server!.counts().received + 1);
    await clock.advance(ms);
    return response;
  }

  describe('answers', () => {
    it('after the latency of the scenario, and counts it', async () => {
      const url = await serve({latencyMs: {ms: 1000}});
      let isThere = false;
      const response = fetch(url).finally(() => {
        isThere = true;
      });
      await received(1);
      await clock.advance(999);
      expect([isThere, server!.counts().waiting]).to.deep.equal([false, 1]);
      await clock.advance(1);
      expect((await response).status).to.equal(200);
      expect(await (await response).json()).to.deep.equal({ok: true});
      await settled();
      expect(server!.counts()).to.deep.equal({
        atMs: 1000,
        received: 1,
        processed: 1,
        refused: 0,
        statuses: {200: 1},
        broken: 0,
        streamErrors: 0,
        abandoned: 0,
        waiting: 0,
      });
    });

    it('with the status, the headers and the body of a fault', async () => {
      const body = '{"error":{"message":"overloaded"}}';
      const headers = [
        {name: 'Retry-After', value: '7'},
        {name: 'Via', value: 'one'},
        {name: 'Via', value: 'two'},
      ];
      const url = await serve({latencyMs: {ms: 0}, faults: [{status: 529, headers, body}]});
      const response = await fetch(url);
      expect([response.status, response.headers.get('retry-after'), response.headers.get('via')]).to.deep.equal([
        529,
        '7',
        'one, two',
      ]);
      expect(response.headers.get('content-type')).to.equal('application/json');
      expect(await response.text()).to.equal(body);
    });

    it('a request for a chat completion with one', async () => {
      const url = await serve({latencyMs: {ms: 0}, tokensPerSecond: 1e6});
      const init = {method: 'POST', body: '{"max_tokens": 500}'};
      const response = await answerAfter(1, fetch(`${url}/v1/chat/completions`, init));
      const {choices, usage} = (await response.json()) as {choices: unknown[]; usage: unknown};
      expect(choices).to.have.length(1);
      expect(usage).to.deep.equal({prompt_tokens: 5, completion_tokens: 500, total_tokens: 505});
    });

    it('with the body that it was given', async () => {
      const url = await serve({latencyMs: {ms: 0}}, {body: {label: 'cat'}});
      expect(await (await answerAfter(0, fetch(url))).json()).to.deep.equal({label: 'cat'});
    });

    it('a HEAD without a body, and on a stream without events', async () => {
      const url = await serve({latencyMs: {ms: 0}});
      const response = await answerAfter(0, fetch(url, {method: 'HEAD'}));
      expect([response.headers.get('content-length'), await response.text()]).to.deep.equal(['11', '']);
      await server!.close();
      const stream = await serve({latencyMs: {ms: 0}, stream: {firstContentMs: {ms: 5}}});
      const head = await answerAfter(0, fetch(stream, {method: 'HEAD'}));
      expect([head.headers.get('content-type'), await head.text()]).to.deep.equal(['text/event-stream', '']);
      await clock.advance(10);
      expect(server!.counts()).to.include({abandoned: 0, waiting: 0});
    });

    it('with a body that takes its time', async () => {
      const url = await serve({latencyMs: {ms: 0}}, {body: 'ten parts, one each 10 ms', bodyMs: 100});
      const response = await answerAfter(0, fetch(url));
      const parts: string[] = [];
      const reading = (async () => {
        for await (const part of response.body!) parts.push(new TextDecoder().decode(part as Uint8Array));
      })();
      for (let at = 10; at <= 100; at += 10) {
        expect(parts.join('').length).to.equal(Math.floor(((at / 10 - 1) * 27) / 10));
        await clock.advance(10);
        while (at < 100 && parts.length < at / 10) await turn();
      }
      await reading;
      expect(parts.join('')).to.equal('"ten parts, one each 10 ms"');
    });
  });

  it('lets writes to one path conflict where the scenario has contention', async () => {
    const url = await serve({latencyMs: {ms: 100}, contention: {status: 412}});
    const put = (path: string): Promise<Response> => fetch(`${url}${path}`, {method: 'PUT'});
    const first = put('/row/1');
    await received(1);
    const others = [put('/row/1'), put('/row/2'), fetch(`${url}/row/1`)];
    await received(4);
    await clock.advance(100);
    const statuses = (await Promise.all([first, ...others])).map(({status}) => status);
    expect(statuses).to.deep.equal([200, 412, 200, 200]);
  });

  describe('with a bandwidth', () => {
    /** A thousand bytes of JSON. */
    const body = 'x'.repeat(998);

    /** Sends requests, one after the other. @returns How much of each body has come, once so much should have come in all. */
    async function bodiesOf(url: string, count: number): Promise<(expected: number) => Promise<number[]>> {
      const bytes: number[] = [];
      for (let number = 0; number < count; number++) {
        const {body: stream} = await answerAfter(0, fetch(url));
        bytes.push(0);
        void (async () => {
          for await (const part of stream!) bytes[number]! += (part as Uint8Array).length;
        })().catch(() => {}); // The server of the test has ended.
      }
      const sum = (): number => bytes.reduce((total, each) => total + each, 0);
      return async expected => {
        for (let turns = 0; sum() < expected && turns < 10_000; turns++) await turn();
        await settled();
        return [...bytes];
      };
    }

    it('of each response, sends so many bytes in a second, to each at the same time', async () => {
      const come = await bodiesOf(await serve({latencyMs: {ms: 0}}, {body, bandwidth: 1000}), 2);
      expect(await come(0)).to.deep.equal([0, 0]);
      await clock.advance(250);
      expect(await come(500)).to.deep.equal([250, 250]);
      await clock.advance(749);
      expect(await come(1980)).to.deep.equal([990, 990]);
      await clock.advance(1);
      expect(await come(2000)).to.deep.equal([1000, 1000]);
      expect(server!.counts()).to.deep.include({statuses: {200: 2}, abandoned: 0, waiting: 0});
    });

    it('of the server, shares it among its responses in turns', async () => {
      const come = await bodiesOf(await serve({latencyMs: {ms: 0}}, {body, totalBandwidth: 1000}), 2);
      await clock.advance(1000);
      expect(await come(1000)).to.deep.equal([500, 500]);
      await clock.advance(1000);
      expect(await come(2000)).to.deep.equal([1000, 1000]);
    });

    it('of both, is that of the slower one', async () => {
      const options = {body, bandwidth: 1000, totalBandwidth: 3000};
      const come = await bodiesOf(await serve({latencyMs: {ms: 0}}, options), 1);
      await clock.advance(500);
      expect(await come(500)).to.deep.equal([500]);
    });

    it('counts the bytes of errors and of event streams', async () => {
      const faults = [{status: 500, body, toMs: 1}];
      const service = {latencyMs: {ms: 0}, stream: {firstContentMs: {ms: 0}}, faults};
      const come = await bodiesOf(await serve(service, {bandwidth: 1000}), 1);
      await clock.advance(500);
      expect(await come(500)).to.deep.equal([500]);
      const content = await bodiesOf(server!.url, 1);
      await clock.advance(50);
      expect(await content(50)).to.deep.equal([50]);
    });

    it('slows a body that takes its time only where it is the slower one', async () => {
      const come = await bodiesOf(await serve({latencyMs: {ms: 0}}, {body, bodyMs: 100, bandwidth: 1000}), 1);
      await clock.advance(510);
      expect(await come(500)).to.deep.equal([500]);
      await clock.advance(500);
      expect(await come(1000)).to.deep.equal([1000]);
    });

    it('counts a client that leaves before the last byte as one that left', async () => {
      const url = await serve({latencyMs: {ms: 0}}, {body, bandwidth: 1000});
      const response = await answerAfter(0, fetch(url));
      await clock.advance(500);
      await response.body!.cancel();
      while (server!.counts().waiting > 0) await turn();
      expect([server!.counts().abandoned, clock.pending]).to.deep.equal([1, 0]);
    });
  });

  describe('slow answers', () => {
    it('come later while the fault lasts, and their bodies with them', async () => {
      const faults = [{kind: 'slow', factor: 3, addedMs: {ms: 50}, fromMs: 0, toMs: 1000}] as const;
      const url = await serve({latencyMs: {ms: 100}, bodyMs: {ms: 100}, faults}, {timeFrom: 'start'});
      let isThere = false;
      const response = fetch(url).finally(() => {
        isThere = true;
      });
      await received(1);
      await clock.advance(349);
      expect([isThere, server!.counts().statuses]).to.deep.equal([false, {}]);
      await clock.advance(1);
      let isRead = false;
      const body = (await response).text().finally(() => {
        isRead = true;
      });
      for (let part = 0; part < 9; part++) await clock.advance(30);
      await settled();
      expect(isRead).to.equal(false);
      await clock.advance(30);
      expect(await body).to.equal('{"ok":true}');
      await clock.advance(1000);
      expect((await answerAfter(100, fetch(url))).status).to.equal(200);
    });

    it('end with the server, however late they would come', async () => {
      const faults = [{kind: 'slow', factor: 1e6, addedMs: {ms: 604_800_000}}] as const;
      const service = {latencyMs: {ms: 604_800_000}, faults};
      const {systemClock} = await import('../../src/core/system-clock.ts');
      const url = await serve(service, {clock: systemClock});
      const failed = fetch(url).catch((error: Error) => error.message);
      await received(1);
      await turn();
      expect(server!.counts()).to.deep.include({statuses: {}, waiting: 1});
      await server!.close();
      expect(await failed).to.equal('fetch failed');
    });

    it('have the body of the option where that names a time', async () => {
      const url = await serve({latencyMs: {ms: 0}, bodyMs: {ms: 1e6}}, {bodyMs: 0});
      expect(await (await answerAfter(0, fetch(url))).json()).to.deep.equal({ok: true});
    });
  });

  describe('failures of the connection', () => {
    it('reset it', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'reset'}]});
      expect(await codeOf(fetch(url))).to.equal('ECONNRESET');
      expect(server!.counts()).to.include({received: 1, broken: 1, abandoned: 0, waiting: 0});
    });

    it('reset it after the work, which counts as processed', async () => {
      const url = await serve({latencyMs: {ms: 50}, faults: [{kind: 'reset', when: 'processing'}]});
      const code = codeOf(fetch(url));
      await received(1);
      await clock.advance(50);
      expect(await code).to.equal('ECONNRESET');
      expect(server!.counts()).to.include({processed: 1, broken: 1});
    });

    it('hang until the client leaves', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'hang'}]});
      const controller = new AbortController();
      const response = fetch(url, {signal: controller.signal}).catch((error: Error) => error.name);
      await received(1);
      await clock.advance(1_000_000);
      expect(server!.counts()).to.include({waiting: 1, abandoned: 0});
      controller.abort();
      expect(await response).to.equal('AbortError');
      while (server!.counts().waiting > 0) await turn();
      expect(server!.counts()).to.include({waiting: 0, abandoned: 1});
    });

    it('refuse it while the scenario refuses all: nothing listens then', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'refused', fromMs: 100, toMs: 200}]}, START);
      const agent = new Agent({keepAlive: true, maxSockets: 1});
      expect(await statusOf(url, agent, clock)).to.equal(200);
      await clock.advance(100);
      await settled();
      expect(await codeOf(fetch(url))).to.equal('ECONNREFUSED');
      expect(await codeOf(statusOf(url, agent, clock)), 'the kept connection has ended').to.equal('ECONNREFUSED');
      await clock.advance(99);
      expect(await codeOf(fetch(url))).to.equal('ECONNREFUSED');
      await clock.advance(1);
      await settled();
      expect((await answerAfter(0, fetch(url))).status).to.equal(200);
      expect(server!.counts()).to.include({received: 2, broken: 0});
      agent.destroy();
    });

    it('refuse it during an outage of that kind', async () => {
      const outages = {meanUpMs: 1e-9, meanDownMs: 6e8, failure: 'refused'} as const;
      const url = await serve({latencyMs: {ms: 0}, outages}, START);
      await clock.advance(1);
      await settled();
      expect(await codeOf(fetch(url))).to.equal('ECONNREFUSED');
    });

    it('reset it where only a share of the requests is to be refused', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'refused', ratio: 0.999}]});
      expect(await codeOf(fetch(url))).to.equal('ECONNRESET');
      expect(server!.counts()).to.include({received: 0, broken: 1});
    });

    it('reset the first request of a scenario that begins by refusing, and refuse the second', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'refused', toMs: 100}]});
      expect(await codeOf(fetch(url))).to.equal('ECONNRESET');
      await settled();
      expect(await codeOf(fetch(url))).to.equal('ECONNREFUSED');
    });

    it('end with the server if another process took its port meanwhile', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'refused', toMs: 100}]}, START);
      const thief = createServer().listen(Number(new URL(url).port), '127.0.0.1');
      await once(thief, 'listening');
      await clock.advance(100);
      await settled();
      const error = await server!.close().catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(SteadfetchError).and.to.include({
        code: 'FAULT_SERVER',
        message: 'Another process took the port of the fault server while the scenario refused connections.',
      });
      server = undefined;
      thief.close();
    });
  });

  describe('event streams', () => {
    const stream = {firstContentMs: {ms: 25}, contentMs: {ms: 10}, pingEveryMs: 10} as const;

    it('bring pings, content and an end, each at its time', async () => {
      const url = await serve({latencyMs: {ms: 5}, stream});
      const response = await answerAfter(5, fetch(url));
      expect(response.headers.get('content-type')).to.equal('text/event-stream');
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      const next = async (): Promise<string | undefined> => (await reader.read()).value;
      await clock.advance(10);
      expect(await next()).to.equal(': ping\n\n');
      await clock.advance(10);
      expect(await next()).to.equal(': ping\n\n');
      await clock.advance(5);
      expect(await next()).to.match(/^data: \{.*"delta":\{"content":"simulated"\}.*\}\n\n$/);
      await clock.advance(10);
      expect(await next()).to.match(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
      expect(await next()).to.equal(undefined);
    });

    for (const [when, ratios, pattern] of [
      ['in place of the content', {errorBeforeContentRatio: 1}, /^: ping\n\n: ping\n\nevent: error\ndata: .*529/],
      ['in place of the end', {errorAfterContentRatio: 1}, /"content":"simulated"[\s\S]*event: error\ndata: .*529/],
    ] as const)
      it(`bring an error ${when}`, async () => {
        const url = await serve({latencyMs: {ms: 0}, stream: {...stream, ...ratios, errorStatus: 529}});
        const response = await answerAfter(0, fetch(url));
        await clock.advance(100);
        expect(await response.text())
          .to.match(pattern)
          .and.not.to.contain('[DONE]');
        expect(server!.counts()).to.deep.include({statuses: {200: 1}, streamErrors: 1});
      });

    it('end in the model when their client leaves, if the scenario says so', async () => {
      const url = await serve({latencyMs: {ms: 0}, stream, capacity: {workers: 1, stopsAbandoned: true}});
      const controller = new AbortController();
      const response = await answerAfter(0, fetch(url, {signal: controller.signal}));
      await clock.advance(10);
      controller.abort();
      await response.text().catch(() => {});
      while (server!.counts().waiting > 0) await turn();
      expect(server!.counts().abandoned).to.equal(1);
      expect((await answerAfter(0, fetch(url))).status).to.equal(200);
    });
  });

  describe('limits', () => {
    it('refuse what exceeds a quota, with a hint', async () => {
      const quotas = [{max: 1, perMs: 2000}];
      const url = await serve({latencyMs: {ms: 0}, quotas});
      expect((await answerAfter(0, fetch(url))).status).to.equal(200);
      const refused = await fetch(url);
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '2']);
      await clock.advance(2000);
      expect((await answerAfter(0, fetch(url))).status).to.equal(200);
      expect(server!.counts()).to.include({received: 3, processed: 2, refused: 1});
    });

    it('count the tokens of a request, and the usual ones of the scenario where it names none', async () => {
      const quotas = [{unit: 'outputTokens', max: 1000, perMs: 60_000, hints: 'rate-limit'}] as const;
      const requests = [{outputTokens: 300}];
      const url = await serve({latencyMs: {ms: 0}, quotas}, {}, {traffic: {perSecond: 1, requests}});
      const left = async (init?: RequestInit): Promise<string | null> =>
        (await answerAfter(0, fetch(url, init))).headers.get('x-ratelimit-remaining-tokens');
      expect(await left({method: 'POST', body: '{"max_tokens": 100}'})).to.equal('900');
      expect(await left()).to.equal('600');
    });

    it('are kept for each client by its credentials', async () => {
      const url = await serve({latencyMs: {ms: 0}, quotas: [{max: 1, perMs: 60_000, scope: 'client'}]});
      const send = async (headers: Record<string, string>): Promise<number> =>
        (await answerAfter(0, fetch(url, {headers}))).status;
      expect(await send({authorization: 'Bearer a'})).to.equal(200);
      expect(await send({authorization: 'Bearer a'})).to.equal(429);
      expect(await send({'x-api-key': 'b'})).to.equal(200);
      expect(await send({})).to.equal(200);
      expect(await send({'x-other': 'c'})).to.equal(429);
    });

    it('let requests wait for a worker, and refuse those that find the line full', async () => {
      const url = await serve({latencyMs: {ms: 100}, capacity: {workers: 1, queue: 1, status: 529}});
      const first = fetch(url);
      await received(1);
      const second = fetch(url);
      await received(2);
      expect((await fetch(url)).status).to.equal(529);
      await clock.advance(100);
      expect((await first).status).to.equal(200);
      await clock.advance(100);
      expect((await second).status).to.equal(200);
    });
  });

  describe('the time of the scenario', () => {
    const faults = [{status: 503, fromMs: 0, toMs: 100}];

    it('begins with the first request', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults});
      await clock.advance(500);
      expect(server!.counts().atMs).to.equal(null);
      expect((await fetch(url)).status).to.equal(503);
      expect(server!.counts().atMs).to.equal(0);
    });

    it('begins with the server where that is asked for', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults}, START);
      await clock.advance(500);
      expect((await answerAfter(0, fetch(url))).status).to.equal(200);
      expect(server!.counts().atMs).to.equal(500);
    });
  });

  describe('requests', () => {
    it('that are malformed get a 400, and are none of the scenario', async () => {
      const url = await serve({latencyMs: {ms: 0}});
      expect(await raw(url, 'GARBAGE\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
      expect(server!.counts().received).to.equal(0);
    });

    it('of 10 MB are read', async () => {
      const url = await serve({latencyMs: {ms: 0}, tokensPerSecond: 1e9});
      const body = `{"max_tokens": 1, "input": "${'word '.repeat(2e6)}"}`;
      expect((await answerAfter(1, fetch(url, {method: 'POST', body}))).status).to.equal(200);
    });

    it('above 32 MiB get a 413 where tokens count, and are read to their end', async () => {
      const url = await serve({latencyMs: {ms: 0}, quotas: [{unit: 'tokens', max: 1e9, perMs: 1000}]});
      const response = await fetch(url, {method: 'POST', body: new Uint8Array(33 * 2 ** 20)});
      expect([response.status, await response.text()]).to.deep.equal([
        413,
        'A body may have 32 MiB where the scenario counts tokens.\n',
      ]);
    });

    it('whose client leaves before they are complete are none', async () => {
      const url = await serve({latencyMs: {ms: 0}});
      const half = httpRequest(url, {method: 'POST', headers: {'content-length': '10'}}).on('error', () => {});
      half.write('half');
      while (server!.counts().atMs === null) await turn();
      half.destroy();
      await settled();
      expect(server!.counts()).to.include({received: 0, waiting: 0});
    });
  });

  describe('its end', () => {
    it('takes hanging requests, open streams, idle connections and work in progress with it', async () => {
      const url = await serve({
        latencyMs: {ms: 50},
        faults: [{kind: 'hang', ratio: 0.5}],
        stream: {firstContentMs: {ms: 1e6}},
      });
      const codes = Array.from({length: 20}, () => codeOf(fetch(url).then(response => response.text())));
      await received(20);
      await clock.advance(60);
      const idle = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
      await once(idle, 'connect');
      const idleClosed = once(idle, 'close');
      const late = codeOf(fetch(url));
      await received(21);
      await server!.close();
      expect(clock.pending).to.equal(0);
      for (const code of [...(await Promise.all(codes)), await late])
        expect(code).to.be.oneOf(['ECONNRESET', 'UND_ERR_SOCKET']);
      await idleClosed;
      expect(server!.counts().abandoned, 'no client has left').to.equal(0);
    });

    it('comes once, by close or by await using', async () => {
      const url = await serve({latencyMs: {ms: 0}});
      await server![Symbol.asyncDispose]();
      await server!.close();
      expect(await codeOf(fetch(url))).to.equal('ECONNREFUSED');
    });

    it('may come while connections are refused', async () => {
      const url = await serve({latencyMs: {ms: 0}, faults: [{kind: 'refused', toMs: 100}]}, START);
      await server!.close();
      expect(await codeOf(fetch(url))).to.equal('ECONNREFUSED');
    });
  });

  it('takes 1,000 connections at once', async () => {
    const url = await serve({latencyMs: {ms: 10}, capacity: {workers: 1000}});
    const agent = new Agent({maxSockets: 1000});
    const statuses = Array.from({length: 1000}, () => statusOf(url, agent));
    await received(1000);
    await clock.advance(10);
    expect(new Set(await Promise.all(statuses))).to.deep.equal(new Set([200]));
  });

  it('has the same outages as the simulation of the same seed', async () => {
    const outages = {meanUpMs: 1000, meanDownMs: 1000};
    const course = async (seed: number): Promise<number[]> => {
      const url = await serve({latencyMs: {ms: 0}, outages}, {seed});
      const statuses: number[] = [];
      for (let call = 0; call < 10; call++) {
        statuses.push((await answerAfter(0, fetch(url))).status);
        await clock.advance(500);
      }
      await server!.close();
      return statuses;
    };
    expect(await course(1))
      .to.deep.equal(await course(1))
      .and.to.include.members([200, 503]);
    expect(await course(1)).not.to.deep.equal(await course(2));
  });

  describe('refuses', () => {
    const plain: ScenarioInput = {durationMs: 1, traffic: {perSecond: 1}, service: {latencyMs: {ms: 0}}};
    const header = (name: string, value: string): ScenarioInput => ({
      ...plain,
      service: {latencyMs: {ms: 0}, faults: [{status: 503, headers: [{name, value}]}]},
    });

    for (const [title, scenario, message] of [
      ['a misspelt name', 'outge', 'The scenario: "outge" is not the name of a scenario; did you mean "outage"?'],
      [
        'layers',
        {...plain, layers: [{policy: {}}]},
        'The scenario: layers must be empty: a server stands for the service alone, and a layer is a client with a policy of its own. Leave them out, or simulate the scenario',
      ],
      [
        'a header that frames the response',
        header('Content-Length', '5'),
        'The scenario: service.faults[0].headers[0].name must not be "Content-Length", which the server writes by itself',
      ],
      [
        'a header with a line break',
        header('x-note', 'a\nb'),
        'The scenario: service.faults[0].headers[0].value must have characters of a header only, got "a\\nb"',
      ],
    ] as const)
      it(title, async () => {
        const error = await faultServer(scenario).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(InvalidScenarioError).and.to.include({message});
      });

    for (const [options, message] of [
      [{port: 70_000}, 'port must be a whole number from 0 to 65535, got 70000'],
      [{bodyMs: Number.NaN}, 'bodyMs must be a finite number of at least 0, got NaN'],
      [{bandwidth: 0}, 'bandwidth must be a number above 0, got 0'],
      [{totalBandwidth: -1}, 'totalBandwidth must be a number above 0, got -1'],
      [{body: () => {}}, 'body must be a value that JSON can hold'],
      [
        {host: '0.0.0.0'},
        '0.0.0.0 lets other machines reach the server, which answers everyone; set exposed: true if they may',
      ],
    ] as const)
      it(`the options ${Object.keys(options)[0]}: ${String(Object.values(options)[0])}`, async () => {
        const error = await faultServer('steady', options).catch((reason: unknown) => reason);
        expect(error)
          .to.be.instanceOf(SteadfetchError)
          .and.to.include({
            code: 'FAULT_SERVER',
            message: `The fault server cannot start: ${message}.`,
          });
      });

    it('a port in use, with the error of Node', async () => {
      const url = await serve({latencyMs: {ms: 0}});
      const port = Number(new URL(url).port);
      expect(await codeOf(faultServer('steady', {port}))).to.equal('EADDRINUSE');
    });
  });

  it('listens on other addresses where it may be reached', async () => {
    const url = await serve({latencyMs: {ms: 0}}, {host: '0.0.0.0', exposed: true});
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await answerAfter(0, fetch(url))).status).to.equal(200);
  });
});

const START = {timeFrom: 'start'} as const;

/** The code of the error with which it fails, or of its cause. */
async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => new Error('It did not fail.'),
    (reason: NodeJS.ErrnoException) => reason,
  );
  const {code} = (error.cause ?? error) as NodeJS.ErrnoException;
  return code ?? error.message;
}

async function statusOf(url: string, agent: Agent, clock?: VirtualClock): Promise<number> {
  const request = get(url, {agent});
  const response = once(request, 'response') as Promise<[IncomingMessage]>;
  if (clock !== undefined) void settled().then(() => clock.advance(0));
  const [incoming] = await response;
  incoming.resume();
  return incoming.statusCode!;
}

/** What comes back for these bytes. */
function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(bytes);
  return text(socket);
}

const turn = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));

/** Lets the sockets of this process come to rest. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}
