/** SDKs that keep their own retries, above steadfetch: attempts multiply, or the SDK retries alone. */
import Anthropic from '@anthropic-ai/sdk';
import {GoogleGenAI} from '@google/genai';
import {expect} from 'chai';
import OpenAI from 'openai';
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';
import {modelFetch, reportOf} from '../../src/models.ts';
import {FaultServer} from './fault-server.ts';

/** Each SDK at its default: two retries. */
const sdks: Readonly<Record<string, (fetch: ResilientFetch, baseURL: string) => Promise<unknown>>> = {
  openai: (fetch, baseURL) => new OpenAI({apiKey: 'key', baseURL, fetch}).models.list(),
  '@anthropic-ai/sdk': (fetch, baseURL) => new Anthropic({apiKey: 'key', baseURL, fetch}).models.list(),
};

describe('interactions of @google/genai', () => {
  for (const [options, sends] of [
    [{}, 5],
    [{maxRetries: 0}, 1],
  ] as const)
    it(`are sent ${sends} times with ${JSON.stringify(options)}, below fetch alone`, async () => {
      const server = await FaultServer.start();
      server.answer = response => void response.writeHead(503, {'retry-after-ms': '1'}).end('{}');
      const genai = new GoogleGenAI({apiKey: 'key', httpOptions: {baseUrl: server.url}});
      await genai.interactions.create({model: 'm', input: 'x'}, options).catch(() => {});
      await server.close();
      expect(server.ledger).to.have.length(sends);
    });
});

describe('an SDK that keeps its own retries', () => {
  const {warn} = console;
  let warned: string[];
  let server: FaultServer;
  beforeEach(async () => {
    warned = [];
    console.warn = (message: string) => warned.push(message);
    server = await FaultServer.start();
    // The SDKs wait this long too.
    server.answer = response => void response.writeHead(503, {'retry-after-ms': '1'}).end('{}');
  });
  afterEach(async () => {
    console.warn = warn;
    await server.close();
  });

  const policy = {
    maxAttempts: 4,
    backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0},
    budget: null,
    breaker: null,
  } as const;
  for (const [name, list] of Object.entries(sdks)) {
    it(`${name}: four attempts under each of three make twelve, and the console gets one warning`, async () => {
      await list(createFetch(policy), server.url).catch(() => {});
      expect(server.ledger).to.have.length(12);
      expect(warned).to.have.length(1);
      expect(warned[0]).to.contain('x-stainless-retry-count');
    });

    it(`${name}: under "yield" three requests are sent`, async () => {
      await list(createFetch({...policy, nested: 'yield'}), server.url).catch(() => {});
      expect(server.ledger).to.have.length(3);
      expect(warned).to.deep.equal([]);
    });
  }

  /** As a caller asks a model. */
  const asks: typeof sdks = {
    openai: (fetch, baseURL) =>
      new OpenAI({apiKey: 'key', baseURL: `${baseURL}/v1`, fetch}).chat.completions.create({model: 'm', messages: []}),
    '@anthropic-ai/sdk': (fetch, baseURL) =>
      new Anthropic({apiKey: 'key', baseURL, fetch}).messages.create({model: 'm', max_tokens: 1, messages: []}),
  };
  for (const [name, ask] of Object.entries(asks))
    for (const [what, answer, sends] of [
      ['a 500', response => void response.writeHead(500).end('{}'), 2],
      ['a 409', response => void response.writeHead(409).end('{}'), 4],
      ['a used-up account', response => void response.writeHead(429).end('{"error":{"code":"insufficient_quota"}}'), 1],
      ['a reset', response => void response.destroy(), 4],
    ] as const satisfies [string, FaultServer['answer'], number][])
      it(`${name} over modelFetch, both at their defaults: ${sends} of ${what} @T108`, async () => {
        server.answer = answer;
        const error = await ask(modelFetch(), server.url).catch((thrown: unknown) => thrown);
        expect(server.ledger).to.have.length(sends);
        expect(reportOf(error)?.attempts).to.be.within(1, 4);
      });
});
