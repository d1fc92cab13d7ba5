/** A POST that was carried out and answered with a redirect, sent by a function or a batch: it is not sent again. */
import {once} from 'node:events';
import {createServer, request as httpRequest, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, interceptors, request, fetch as undiciFetch} from 'undici';
import {runBatch} from '../../src/batch/run-batch.ts';
import {guard} from '../../src/function/guard.ts';
import {answer} from '../../src/transport/answer.ts';

const POLICY = {
  breaker: null,
  budget: null,
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
} as const;
type Send = (url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<unknown>;
const INIT = {method: 'POST', body: 'order'} as const;

const withStatus = (response: {readonly ok: boolean; readonly status: number}): unknown => {
  if (response.ok) return 'done';
  throw Object.assign(new Error(`status ${response.status}`), {response});
};
const redirecting = new Agent().compose(interceptors.redirect({maxRedirections: 3}));

const CLIENTS: Readonly<Record<string, Send>> = {
  fetch: async (url, headers, signal) => withStatus(await fetch(url, {...INIT, headers, signal})),
  'fetch, without our headers': async (url, _, signal) => withStatus(await fetch(url, {...INIT, signal})),
  'fetch, without our headers, a copied Response': async (url, _, signal) => {
    const response = await fetch(url, {...INIT, signal});
    return withStatus(new Response(response.body, response));
  },
  'fetch, without our headers, the status or the code alone': async (url, _, signal) => {
    const {ok, status} = await fetch(url, {...INIT, signal}).catch(error => {
      throw Object.assign(new Error('failed'), {code: error.cause.code});
    });
    return withStatus({ok, status});
  },
  'node:http, without our headers': (url, _, signal) =>
    viaHttp('POST', url, {}, signal).catch(({code, response}) => {
      throw Object.assign(new Error('failed'), {code, response: response && {status: response.status}});
    }),
  'fetch of undici': async (url, headers, signal) => withStatus(await undiciFetch(url, {...INIT, headers, signal})),
  ky: (url, headers, signal) => ky.post(url, {body: 'order', retry: 0, headers, signal}).text(),
  'request of undici': async (url, headers, signal) => {
    const {statusCode, body} = await request(url, {...INIT, headers, signal, dispatcher: redirecting});
    await body.dump();
    return withStatus({ok: statusCode < 400, status: statusCode});
  },
  'node:http': (url, headers, signal) => viaHttp('POST', url, headers, signal),
};

/** ky's error of a connection has its code two causes deep, so it may be any failure of the network. */
const proves = (client: string, next: string): boolean => client !== 'ky' || next !== 'refused';

/** Follows a redirect as follow-redirects does. */
async function viaHttp(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<unknown> {
  const sent = httpRequest(url, {method, headers, signal}).end();
  const [response] = await once(sent, 'response');
  response.resume();
  const {statusCode: status, headers: answered} = response;
  if (status === 303) return viaHttp('GET', new URL(answered.location, url).href, headers, signal);
  return withStatus({ok: status < 400, status});
}

describe('a redirect that a function or a batch followed', () => {
  let server: Server;
  let origin: string;
  let closed: string;
  let acted = 0;
  before(async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closed = `http://127.0.0.1:${(other.address() as AddressInfo).port}/receipt`;
    await new Promise(resolve => other.close(resolve));
    server = createServer((incoming, response) => {
      incoming.resume();
      const next = incoming.url!.split('/').at(-1)!;
      if (incoming.method === 'POST') {
        acted++;
        const isDirect = next.startsWith('direct');
        response.writeHead(isDirect ? 429 : 303, isDirect ? {} : {location: next === 'refused' ? closed : `/${next}`});
      } else response.writeHead(Number(next));
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    acted = 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [client, send] of Object.entries(CLIENTS)) {
    for (const next of ['429', '408', 'refused']) {
      it(`guard, ${client}: then ${next}, and the server acted once`, async () => {
        const run = guard(POLICY)((signal, {headers}) => send(`${origin}/act/${next}`, headers, signal));
        const error = await run.then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(error).to.have.nested.property('resilience.refusal', 'may-have-acted');
        if (proves(client, next))
          expect(error).to.have.nested.property('resilience.reason').that.contains('after a redirect');
        expect(acted).to.equal(1);
      });

      it(`runBatch, ${client}: then ${next}, and the server acted once`, async () => {
        const failures: unknown[] = [];
        const url = `${origin}/act/${next}`;
        await runBatch(['a'], (_, {headers, signal}) => send(url, headers, signal), {
          policy: POLICY,
          target: {url},
          onResult: result => void failures.push(result.ok ? null : result.failure),
        });
        expect(failures[0]).to.include({refusal: 'may-have-acted', retryable: false});
        expect(acted).to.equal(1);
      });
    }

    it(`guard, ${client}: a 429 without a redirect is sent again`, async () => {
      const run = guard(POLICY)((signal, {headers}) => send(`${origin}/direct-${client}`, headers, signal));
      await run.catch(() => {});
      expect(acted).to.equal(3);
    });

    if (!proves(client, 'refused')) continue;
    it(`guard, ${client}: a refused connection without a redirect is sent again`, async () => {
      let runs = 0;
      await guard(POLICY)((signal, {headers}) => {
        runs++;
        return send(`${closed}-direct`, headers, signal);
      }).catch(() => {});
      expect(runs).to.equal(3);
    });
  }

  it('runBatch, a Response that is returned: then 429, and the server acted once', async () => {
    const url = `${origin}/act/429`;
    const {retries} = await runBatch(['a'], (_, {signal}) => fetch(url, {...INIT, signal}), {
      policy: POLICY,
      target: {url},
    });
    expect([acted, retries]).to.deep.equal([1, 0]);
  });

  it('runBatch, an answer that is made of undici’s: then 429, and the server acted once', async () => {
    const url = `${origin}/act/429`;
    await runBatch(
      ['a'],
      async (_, {headers, signal}) => {
        const {statusCode, body} = await request(url, {...INIT, headers, signal, dispatcher: redirecting});
        return answer(statusCode, await body.text());
      },
      {policy: POLICY, target: {url}},
    );
    expect(acted).to.equal(1);
  });

  for (const [title, said] of [
    ['throws the status', ({ok, status}: Response) => withStatus({ok, status})],
    [
      'gives an answer for each item',
      ({status}: Response, items: readonly string[]) => items.map(() => answer(status, {})),
    ],
    ['gives one answer', ({status}: Response) => answer(status, {})],
  ] as const)
    it(`runBatch, a chunk whose sendChunk ${title}: then 429, and the server acted once`, async () => {
      const url = `${origin}/429`;
      const sendChunk = async (
        items: readonly string[],
        {headers, signal}: {headers: Record<string, string>; signal: AbortSignal},
      ) => said(await fetch(url, {...INIT, headers, signal}), items);
      await runBatch(['a', 'b'], {chunkSize: 2, sendChunk} as never, {policy: POLICY, target: {url}});
      expect(acted).to.equal(1);
    });

  it('runBatch, a chunk: then 429, and the server acted once', async () => {
    const url = `${origin}/act/429`;
    const sendChunk = (_: readonly string[], {signal}: {signal: AbortSignal}) => fetch(url, {...INIT, signal});
    await runBatch(['a', 'b'], {chunkSize: 2, sendChunk} as never, {policy: POLICY, target: {url}});
    expect(acted).to.equal(1);
  });

  for (const [title, passes] of [
    ['of a guarded function that passes our headers on', true],
    ['of one that does not, where the answer says that it was not redirected', false],
  ] as const)
    it(`${title}, while others are redirected: a 429 is sent again`, async () => {
      const post =
        (url: string) =>
        (signal: AbortSignal, {headers}: {headers: Record<string, string>}) =>
          fetch(url, {...INIT, signal, headers: passes ? headers : {}}).then(withStatus);
      let runs = 0;
      await guard(POLICY)(async (signal, context) => {
        runs++;
        await guard(POLICY)(post(`${origin}/act/200`));
        return post(`${origin}/direct-while`)(signal, context);
      }).catch(() => {});
      expect([runs, acted]).to.deep.equal([3, 6]);
    });

  it('sends again what may be repeated', async () => {
    const url = `${origin}/act/429`;
    await guard(POLICY)(async signal => withStatus(await fetch(url, {...INIT, signal})), {idempotent: true}).catch(
      () => {},
    );
    expect(acted).to.equal(3);
  });
});
