/** Test doubles under steadfetch: a user's test of retries passes with each of them. */
import {expect} from 'chai';
import fetchMock from 'fetch-mock';
import {HttpResponse, http, passthrough} from 'msw';
import {setupServer} from 'msw/node';
import nock from 'nock';
import {MockAgent, request, fetch as undiciFetch} from 'undici';
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import type {doubles} from './catalogue.ts';
import {FaultServer} from './fault-server.ts';

// nock replaces fetch when it is imported.
nock.restore();

const POLICY = {backoff: {kind: 'constant', delayMs: 0, jitter: 'none'}} as const;
const ORIGIN = 'http://shop.example';

/** A double that fails once and then answers 200. */
interface Double {
  readonly send: (method: string) => Promise<number>;
  readonly sends: () => number;
  readonly restore?: () => unknown;
}
type Make = () => Double;

const over =
  (fetch: ResilientFetch) =>
  async (method: string): Promise<number> =>
    (await fetch(ORIGIN, {method})).status;

const msw = (fail: () => Response): Make => {
  return () => {
    let sends = 0;
    const server = setupServer(http.all(ORIGIN, () => (++sends === 1 ? fail() : new HttpResponse('ok'))));
    server.listen();
    return {send: over(createFetch(POLICY)), sends: () => sends, restore: () => server.close()};
  };
};

function stopNock(): void {
  nock.cleanAll();
  nock.restore();
}

const nocked = (fail: (interceptor: nock.Interceptor) => nock.Scope): Make => {
  return () => {
    let sends = 0;
    nock.activate();
    for (const method of ['GET', 'POST']) {
      fail(nock(ORIGIN).intercept('/', method)).on('request', () => sends++);
      nock(ORIGIN)
        .intercept('/', method)
        .reply(200)
        .on('request', () => sends++);
    }
    return {send: over(createFetch(POLICY)), sends: () => sends, restore: stopNock};
  };
};

const mocked = (failure: number | {throws: Error}): Make => {
  return () => {
    const mock = fetchMock.createInstance().once(ORIGIN, failure).route(ORIGIN, 200);
    const send = over(createFetch(POLICY, {fetch: mock.fetchHandler as typeof globalThis.fetch}));
    return {send, sends: () => mock.callHistory.calls().length};
  };
};

type Reply = ReturnType<ReturnType<MockAgent['get']>['intercept']>;
const agentOf = (fail: (reply: Reply) => unknown): {agent: MockAgent; sends: () => number; restore: () => unknown} => {
  const agent = new MockAgent({enableCallHistory: true});
  agent.disableNetConnect();
  const pool = agent.get(ORIGIN);
  for (const method of ['GET', 'POST']) {
    fail(pool.intercept({path: '/', method}));
    pool.intercept({path: '/', method}).reply(200, 'ok');
  }
  return {agent, sends: () => agent.getCallHistory()!.calls().length, restore: () => agent.close()};
};
const agentBelowFetch = (fail: (reply: Reply) => unknown): Make => {
  return () => {
    const {agent, ...rest} = agentOf(fail);
    const fetch = ((input: string, init: object) =>
      undiciFetch(input, {...init, dispatcher: agent})) as unknown as typeof globalThis.fetch;
    return {send: over(createFetch(POLICY, {fetch})), ...rest};
  };
};
const agentBelowRequest = (fail: (reply: Reply) => unknown): Make => {
  return () => {
    const {agent, ...rest} = agentOf(fail);
    const dispatcher = agent.compose(resilienceInterceptor(POLICY));
    return {
      send: async method => (await request(ORIGIN, {method: method as 'GET', dispatcher})).statusCode,
      ...rest,
    };
  };
};

const plain = new Error('kaboom');
const coded = Object.assign(new Error('socket hang up'), {code: 'ECONNRESET'});
const makers: {readonly [Name in keyof typeof doubles]: Record<(typeof doubles)[Name]['failures'][number], Make>} = {
  msw: {
    'HttpResponse.error()': msw(() => HttpResponse.error()),
    'a 503': msw(() => new HttpResponse(null, {status: 503})),
  },
  nock: {
    'replyWithError(text)': nocked(reply => reply.replyWithError('kaboom')),
    'replyWithError(error)': nocked(reply => reply.replyWithError(plain)),
    'replyWithError(error with a code)': nocked(reply => reply.replyWithError(coded)),
    'a 503': nocked(reply => reply.reply(503)),
  },
  'fetch-mock': {
    'a TypeError as browsers throw it': mocked({throws: new TypeError('Failed to fetch')}),
    'a TypeError as Node throws it': mocked({throws: new TypeError('fetch failed', {cause: coded})}),
    'a 503': mocked(503),
  },
  'MockAgent below fetch': {
    'replyWithError(error)': agentBelowFetch(reply => reply.replyWithError(plain)),
    'replyWithError(error with a code)': agentBelowFetch(reply => reply.replyWithError(coded)),
    'a 503': agentBelowFetch(reply => reply.reply(503, '')),
  },
  'MockAgent below undici.request': {
    'replyWithError(error with a code)': agentBelowRequest(reply => reply.replyWithError(coded)),
    'a 503': agentBelowRequest(reply => reply.reply(503, '')),
  },
};

for (const [name, failures] of Object.entries(makers))
  describe(name, () => {
    let double: Double | undefined;
    afterEach(() => double?.restore?.());

    for (const [what, make] of Object.entries(failures)) {
      it(`sends a GET again after ${what}`, async () => {
        double = make();
        expect(await double.send('GET')).to.equal(200);
        expect(double.sends()).to.equal(2);
      });

      it(`sends a POST once after ${what}`, async () => {
        double = make();
        const status = await double.send('POST').catch(() => 'failed');
        expect(status).to.be.oneOf(['failed', 503]);
        expect(double.sends()).to.equal(1);
      });
    }
  });

describe('a fetch of createFetch in the place of globalThis.fetch', () => {
  const {fetch: before} = globalThis;
  let server: FaultServer;
  beforeEach(async () => {
    server = await FaultServer.start();
    server.answer = response => void response.writeHead(503).end();
    globalThis.fetch = createFetch({...POLICY, maxAttempts: 2}) as typeof globalThis.fetch;
  });
  afterEach(async () => {
    globalThis.fetch = before;
    await server.close();
  });

  it('is replaced by msw, which answers and passes other requests on to it', async () => {
    const double = setupServer(
      http.get(ORIGIN, () => new HttpResponse('double')),
      http.get('*', () => passthrough()),
    );
    double.listen();
    try {
      expect(await (await globalThis.fetch(ORIGIN)).text()).to.equal('double');
      expect((await globalThis.fetch(server.url)).status).to.equal(503);
    } finally {
      double.close();
    }
    expect(server.ledger).to.have.length(2);
    expect((await globalThis.fetch(server.url)).status).to.equal(503);
    expect(server.ledger).to.have.length(4);
  });

  it('is replaced by msw where three are stacked, each request sent as often as the lowest may', async () => {
    for (let above = 0; above < 2; above++)
      globalThis.fetch = createFetch({...POLICY, maxAttempts: 1}) as typeof globalThis.fetch;
    const stacked = globalThis.fetch;
    let doubled = 0;
    const double = setupServer(
      http.get(ORIGIN, () => {
        doubled++;
        return new HttpResponse('double');
      }),
      http.get('*', () => passthrough()),
    );
    double.listen();
    try {
      for (const fetch of [globalThis.fetch, stacked]) {
        expect(await (await fetch(ORIGIN)).text()).to.equal('double');
        expect((await fetch(server.url)).status).to.equal(503);
      }
    } finally {
      double.close();
    }
    expect(doubled).to.equal(2);
    const sends = server.ledger.length;
    expect(globalThis.fetch).to.equal(stacked);
    expect((await globalThis.fetch(server.url)).status).to.equal(503);
    expect([sends, server.ledger.length - sends]).to.deep.equal([4, 2]);
  });

  it('is replaced by nock, which answers and passes other requests on to it', async () => {
    nock.activate();
    nock.enableNetConnect('127.0.0.1');
    nock(ORIGIN).get('/').reply(200, 'double');
    try {
      expect(await (await globalThis.fetch(ORIGIN)).text()).to.equal('double');
      expect((await globalThis.fetch(server.url)).status).to.equal(503);
    } finally {
      stopNock();
    }
    expect(server.ledger).to.have.length(2);
  });

  it('sends by msw if msw was on before it', async () => {
    globalThis.fetch = before;
    const double = setupServer(
      http.get(ORIGIN, () => new HttpResponse('double')),
      http.get('*', () => passthrough()),
    );
    double.listen();
    globalThis.fetch = createFetch({...POLICY, maxAttempts: 2}) as typeof globalThis.fetch;
    try {
      expect(await (await globalThis.fetch(ORIGIN)).text()).to.equal('double');
      expect((await globalThis.fetch(server.url)).status).to.equal(503);
    } finally {
      double.close();
    }
    expect(server.ledger).to.have.length(2);
  });
});
