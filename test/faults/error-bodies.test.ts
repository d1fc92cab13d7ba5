/** Error bodies over real connections, through every adapter: what they say is heard, and the caller gets every byte. */
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'chai';
import fc from 'fast-check';
import ky, {type HTTPError} from 'ky';
import {Agent, type Dispatcher, request, fetch as undiciFetch} from 'undici';
import {answer, type ItemFailure, runBatch} from '../../src/batch.ts';
import {createFetch, type PolicyInput, reportOf} from '../../src/core.ts';
import {guard} from '../../src/function/guard.ts';
import {resilience} from '../../src/index.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {type Answer, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {runs} from '../support/runs.ts';

const policy: PolicyInput = {
  refusals: {readBytes: 1000},
  backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
  maxAttempts: 2,
  budget: null,
  breaker: null,
  hedge: null,
};
const EXHAUSTED = JSON.stringify({error: {code: 'insufficient_quota', message: 'Check your plan: ż.'}});
const refused = (headers: Record<string, string> = {}): Answer => ({status: 429, body: EXHAUSTED, headers});

const agents: Agent[] = [];
function dispatcher(): Dispatcher {
  const agent = new Agent();
  agents.push(agent);
  return agent.compose(resilienceInterceptor(policy));
}

/** What the caller gets of a POST: the text of the body, and the report. */
interface Got {
  readonly text: string;
  readonly reason?: string | undefined;
}

async function gotOf(response: Response): Promise<Got> {
  return {text: await response.text(), reason: reportOf(response)?.reason};
}

const wrapped = createFetch(policy);
const api = ky.extend(resilience(policy));
const kept: Record<string, (url: string) => Promise<Got>> = {
  fetch: async url => gotOf(await wrapped(url, {method: 'POST'})),
  'ky, our own loop': async url => gotOf(await api.post(url, {throwHttpErrors: false})),
  "ky's own loop": async url => {
    const error = await errorOf(() => api.post(url, {hooks: {beforeError: [({error}) => error]}}));
    return {text: JSON.stringify((error as HTTPError).data), reason: reportOf(error)?.reason};
  },
  'undici.request': async url => ({
    text: await (await request(url, {method: 'POST', dispatcher: dispatcher()})).body.text(),
  }),
  'undici.fetch': async url => ({
    text: await (await undiciFetch(url, {method: 'POST', dispatcher: dispatcher()})).text(),
  }),
};

describe('error bodies over real connections', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(async () => {
    await Promise.all(agents.map(agent => agent.destroy()));
    await server.close();
  });

  for (const [adapter, call] of Object.entries(kept)) {
    it(`${adapter}: an account without credit causes one request, and the caller gets its body`, async () => {
      const place = server.place(refused(), 200);
      const {text, reason} = await call(place.url);
      expect(place.requests).to.have.length(1);
      expect(text).to.equal(EXHAUSTED);
      if (reason !== undefined) expect(reason).to.equal('429: the quota or the credit of the account is used up');
    });

    it(`${adapter}: a body of several packets is read too`, async () => {
      const place = server.place(async response => {
        response.writeHead(429, {'content-type': 'application/json'});
        for (const byte of Buffer.from(EXHAUSTED)) {
          response.write(Buffer.of(byte));
          if (byte % 16 === 0) await sleep(1);
        }
        response.end();
      }, 200);
      expect((await call(place.url)).text).to.equal(EXHAUSTED);
      expect(place.requests).to.have.length(1);
    });
  }

  it('fetch: a compressed body is read after it was decoded; undici’s handlers pass on compressed ones', async () => {
    const {gzipSync} = await import('node:zlib');
    const compressed = (): Place =>
      server.place(response => {
        response.writeHead(429, {'content-type': 'application/json', 'content-encoding': 'gzip'});
        response.end(gzipSync(EXHAUSTED));
      }, 200);
    const place = compressed();
    expect((await kept.fetch!(place.url)).text).to.equal(EXHAUSTED);
    expect(place.requests).to.have.length(1);
    const below = compressed();
    await kept['undici.fetch']!(below.url);
    expect(below.requests).to.have.length(2);
  });

  it('a guarded function: the body that an SDK puts on its error is read', async () => {
    const guarded = guard(policy);
    const parsed: unknown = JSON.parse(EXHAUSTED);
    const errors: Record<string, object> = {
      openai: {error: (parsed as {error: object}).error},
      anthropic: {error: parsed},
      axios: {response: {status: 429, data: parsed}},
      ai: {statusCode: 429, responseBody: EXHAUSTED},
    };
    for (const [sdk, facts] of Object.entries(errors)) {
      let runs = 0;
      const error = await errorOf(() =>
        guarded(() => {
          runs++;
          throw Object.assign(new Error(sdk), {status: 429, ...facts});
        }),
      );
      expect(runs, sdk).to.equal(1);
      expect(reportOf(error)?.reason).to.equal('429: the quota or the credit of the account is used up');
    }
  });

  it('a batch: an exhausted account fails the item at its first request', async () => {
    const place = server.place(refused(), 200);
    const failures: ItemFailure[] = [];
    await runBatch(['a'], (_item, {signal}) => fetch(place.url, {method: 'POST', signal}), {
      policy,
      onResult: result => void (result.ok || failures.push(result.failure)),
    });
    expect(place.requests).to.have.length(1);
    expect(failures).to.have.length(1);
    expect(failures[0]).to.include({
      reason: '429: the quota or the credit of the account is used up',
      refusal: 'not-transient',
      status: 429,
      retryable: false,
    });
  });

  it('a batch with chunks: the body of each item is read', async () => {
    const reasons: (string | null)[] = [];
    let requests = 0;
    const sendChunk = async (items: readonly string[]) => {
      requests++;
      return items.map(item => (item === 'b' ? answer(429, JSON.parse(EXHAUSTED)) : answer(200, item)));
    };
    await runBatch(
      ['a', 'b', 'c'],
      {sendChunk, chunkSize: 3},
      {policy, onResult: result => void reasons.push(result.ok ? null : result.failure.reason)},
    );
    expect(requests).to.equal(1);
    expect(reasons).to.have.members([null, null, '429: the quota or the credit of the account is used up']);
  });

  it('any bytes in any pieces: nothing is thrown, and the caller gets every byte', async () => {
    const body = fc.oneof(
      fc.uint8Array({maxLength: 3000}),
      fc.json({maxDepth: 6}).map(text => new TextEncoder().encode(text)),
      fc
        .constantFrom('['.repeat(900), '{"error":'.repeat(100), EXHAUSTED, `\ufeff${EXHAUSTED}`, '')
        .map(text => new TextEncoder().encode(text)),
    );
    const pieces = fc.array(fc.integer({min: 1, max: 700}), {maxLength: 6});
    const adapters = ['fetch', 'undici.request'] as const;
    await fc.assert(
      fc.asyncProperty(
        body,
        pieces,
        fc.boolean(),
        fc.constantFrom(...adapters),
        async (bytes, cuts, chunked, adapter) => {
          const place = server.place(response => {
            const length: Record<string, string> = chunked ? {} : {'content-length': String(bytes.length)};
            response.writeHead(429, {'content-type': 'application/json', ...length});
            let at = 0;
            for (const cut of cuts) {
              response.write(bytes.subarray(at, at + cut));
              at += cut;
            }
            response.end(bytes.subarray(at));
          });
          const {text} = await kept[adapter]!(place.url);
          expect(text).to.equal(new TextDecoder().decode(bytes));
        },
      ),
      {numRuns: runs(100, 300)},
    );
  });

  for (const adapter of ['fetch', 'undici.request'])
    it(`${adapter}: a content-length that lies breaks the call for its caller as it does without refusals, and nothing is kept`, async () => {
      const lies: Answer = response => {
        response.socket!.end(
          `HTTP/1.1 429 Too Many\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n${EXHAUSTED}`,
        );
      };
      const place = server.place(lies);
      expect(await errorOf(() => kept[adapter]!(place.url))).to.be.instanceOf(Error);
      expect(place.requests).to.have.length(2);
    });

  it('100 refused calls share few connections, none of which is closed or leaked', async () => {
    const own = await LoopbackServer.start();
    const place = own.place(refused());
    for (let call = 0; call < 100; call++) expect((await kept.fetch!(place.url)).text).to.equal(EXHAUSTED);
    expect(place.requests).to.have.length(100);
    expect(own.connections).to.be.at.most(2);
    const retried = own.place({status: 429, body: '{"error":{"code":"slow_down"}}'}, 200);
    for (let call = 0; call < 50; call++) await kept.fetch!(retried.url);
    expect(own.connections).to.be.at.most(3);
    await own.close();
  });
});
