/** ky's hooks, and everything they may do to a call, work as ky documents them. */
import {expect} from 'chai';
import ky, {ForceRetryError, HTTPError, type Options, replaceOption} from 'ky';
import {reportOf, resilience, type SteadfetchEvent} from '../../src/index.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {quick} from '../support/policies.ts';

describe('ky: hooks', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const api = ky.extend(resilience(quick));

  it('run in their order, and see every retry', async () => {
    const place = server.place(503, 503, 404);
    const seen: string[] = [];
    const error = await errorOf(() =>
      api.get(place.url, {
        hooks: {
          init: [() => void seen.push('init')],
          beforeRequest: [({retryCount}) => void seen.push(`beforeRequest ${retryCount}`)],
          afterResponse: [({response, retryCount}) => void seen.push(`afterResponse ${response.status} ${retryCount}`)],
          beforeRetry: [
            ({error, retryCount}) =>
              void seen.push(`beforeRetry ${(error as HTTPError).response.status} ${retryCount}`),
          ],
          beforeError: [
            ({error}) => {
              seen.push(`beforeError ${(error as HTTPError).response.status}`);
              return error;
            },
          ],
        },
      }),
    );
    expect(error).to.be.instanceOf(HTTPError);
    expect(seen).to.deep.equal([
      'init',
      'beforeRequest 0',
      'afterResponse 503 0',
      'beforeRetry 503 1',
      'afterResponse 503 1',
      'beforeRetry 503 2',
      'afterResponse 404 2',
      'beforeError 404',
    ]);
  });

  it('get the error with its data, and the error that they return is thrown', async () => {
    const place = server.place({status: 422, body: '{"field":"amount"}'});
    class Mine extends Error {}
    let data: unknown;
    const error = await errorOf(() =>
      api.get(place.url, {
        hooks: {
          beforeError: [
            ({error}) => {
              data = (error as HTTPError).data;
              return new Mine('mine');
            },
          ],
        },
      }),
    );
    expect(error).to.be.instanceOf(Mine);
    expect(error.resilience).to.include({result: 'not_retryable', attempts: 1});
    expect(data).to.deep.equal({field: 'amount'});
  });

  it('ky.retry() retries once, with the delay, the code and the Request it was given', async () => {
    const place = server.place(200, 200);
    const other = server.place(200);
    const codes: unknown[] = [];
    const response = await api.get(place.url, {
      hooks: {
        beforeRetry: [({error}) => void codes.push((error as ForceRetryError).code)],
        afterResponse: [
          ({retryCount}) =>
            retryCount === 0 ? ky.retry({delay: 1, code: 'AGAIN', request: new Request(other.url)}) : undefined,
        ],
      },
    });
    expect(response.status).to.equal(200);
    expect(codes).to.deep.equal(['AGAIN']);
    expect([place.requests.length, other.requests.length]).to.deep.equal([1, 1]);
  });

  it('ky.retry() also retries a POST without a key, because the user asked for it', async () => {
    const place = server.place(200);
    await api.post(place.url, {
      json: {a: 1},
      hooks: {afterResponse: [({retryCount}) => (retryCount === 0 ? ky.retry({delay: 1}) : undefined)]},
    });
    expect(place.bodies).to.deep.equal(['{"a":1}', '{"a":1}']);
  });

  it('ky.retry() sends a stream again, with the Request that it was given', async () => {
    const place = server.place(401, 200);
    const response = await api.post(place.url, {
      body: new Blob(['streamed']).stream(),
      hooks: {
        afterResponse: [
          ({request, response}) =>
            response.status === 401
              ? ky.retry({delay: 1, request: new Request(request, {headers: {authorization: 'new'}})})
              : undefined,
        ],
      },
    });
    expect(response.status).to.equal(200);
    expect(place.bodies).to.deep.equal(['streamed', 'streamed']);
    expect(place.header('authorization')).to.deep.equal([undefined, 'new']);
  });

  it('ky.retry() is limited by maxAttempts', async () => {
    const place = server.place(200);
    const error = await errorOf(() =>
      api.get(place.url, {resilience: {maxAttempts: 4}, hooks: {afterResponse: [() => ky.retry({delay: 1})]}}),
    );
    expect(error).to.be.instanceOf(ForceRetryError);
    expect(place.requests).to.have.length(4);
  });

  it('ky.retry() without a delay waits for the backoff of the policy', async () => {
    const place = server.place(200);
    const client = ky.extend(resilience({backoff: {kind: 'constant', delayMs: 3, jitter: 'none'}}));
    const startedAt = performance.now();
    await client.get(place.url, {
      hooks: {afterResponse: [({retryCount}) => (retryCount === 0 ? ky.retry() : undefined)]},
    });
    expect(place.requests).to.have.length(2);
    expect(performance.now() - startedAt).to.be.below(900); // ky's own first wait is a second.
  });

  it('ky.stop ends the call without a response', async () => {
    const place = server.place(503);
    const answer = await api.get(place.url, {hooks: {beforeRetry: [() => ky.stop]}});
    expect(answer).to.equal(undefined);
    expect(place.requests).to.have.length(1);
  });

  it('a Response from beforeRetry ends the call, with any status', async () => {
    const place = server.place(503);
    const made = await api.get(place.url, {hooks: {beforeRetry: [() => new Response('made')]}});
    expect(await made.text()).to.equal('made');
    const bad = await errorOf(() =>
      api.get(place.url, {hooks: {beforeRetry: [() => new Response('', {status: 500})]}}),
    );
    expect(bad.response?.status).to.equal(500);
    expect(place.requests).to.have.length(2);
  });

  it('a call answered by a beforeRetry hook is reported as a success', async () => {
    const place = server.place(503);
    const made = await api.get(place.url, {hooks: {beforeRetry: [() => new Response('made')]}});
    expect(reportOf(made)).to.include({result: 'success', attempts: 1});
  });

  it('a Request from beforeRetry replaces the first, with the ids of the call', async () => {
    const place = server.place(503);
    const other = server.place(200);
    await api.get(place.url, {
      hooks: {beforeRetry: [({request}) => new Request(other.url, {headers: {'x-mine': '1'}, signal: request.signal})]},
    });
    expect(other.header('x-mine')).to.deep.equal(['1']);
    expect(other.header('x-correlation-id')).to.deep.equal(place.header('x-correlation-id'));
  });

  it('a header set in beforeRetry is on the retry', async () => {
    const place = server.place(503, 200);
    await api.get(place.url, {
      hooks: {beforeRetry: [({request, retryCount}) => request.headers.set('x-try', String(retryCount))]},
    });
    expect(place.header('x-try')).to.deep.equal([undefined, '1']);
  });

  it('a Request from beforeRequest is sent, and retried with its own body', async () => {
    const first = server.place(200);
    const place = server.place(503, 200);
    await api.put(first.url, {
      json: {a: 1},
      hooks: {
        beforeRequest: [({request}) => new Request(place.url, {method: 'PUT', body: 'other', signal: request.signal})],
      },
    });
    expect(first.requests).to.have.length(0);
    expect(place.bodies).to.deep.equal(['other', 'other']);
  });

  it('a Response from beforeRequest ends the call, and nothing is sent', async () => {
    const place = server.place(200);
    const response = await api.get(place.url, {hooks: {beforeRequest: [() => new Response('made')]}});
    expect(await response.text()).to.equal('made');
    expect(place.requests).to.have.length(0);
  });

  it('a Response from afterResponse is the response of the call', async () => {
    const place = server.place(404);
    const made = await api.get(place.url, {hooks: {afterResponse: [() => new Response('made')]}});
    expect(await made.text()).to.equal('made');
  });

  it('an error status that afterResponse returns is classified as the response', async () => {
    const place = server.place(200);
    const error = await errorOf(() =>
      api.get(place.url, {hooks: {afterResponse: [() => new Response('', {status: 404})]}}),
    );
    expect(error.response?.status).to.equal(404);
    expect(place.requests).to.have.length(1);
  });

  it('a response that afterResponse turns into a 503 is retried', async () => {
    const place = server.place(200, 200);
    const response = await api.get(place.url, {
      hooks: {
        afterResponse: [({retryCount}) => (retryCount === 0 ? new Response('', {status: 503}) : undefined)],
      },
    });
    expect(response.status).to.equal(200);
    expect(place.requests).to.have.length(2);
  });

  it('a status that afterResponse made up does not undo what the server did', async () => {
    const busy = new Response('', {status: 429, headers: {'retry-after': '0'}});
    const hooks: Options['hooks'] = {afterResponse: [({response}) => (response.ok ? busy.clone() : undefined)]};
    const once = server.place(200);
    const error = await errorOf(() => api.post(once.url, {json: {a: 1}, hooks}));
    expect([error.response?.status, once.requests.length]).to.deep.equal([429, 1]);
    expect(error.resilience).to.include({refusal: 'may-have-acted'});
    const keyed = server.place(200);
    await errorOf(() => api.post(keyed.url, {json: {a: 1}, hooks, resilience: {idempotency: {}}}));
    expect(keyed.requests).to.have.length(3);
    const real = server.place({status: 429, headers: {'retry-after': '0'}}, 200);
    const copies: Options['hooks'] = {
      afterResponse: [({response}) => (response.ok ? undefined : new Response('', {status: 425}))],
    };
    expect((await api.post(real.url, {json: {a: 1}, hooks: copies})).status).to.equal(200);
  });

  it('may await', async () => {
    const place = server.place(503, 200);
    const rest = () => new Promise<void>(done => setTimeout(done, 1));
    const response = await api.get(place.url, {
      hooks: {beforeRequest: [rest], afterResponse: [rest], beforeRetry: [rest]},
    });
    expect(response.status).to.equal(200);
  });

  for (const hook of ['beforeRequest', 'afterResponse', 'beforeRetry'] as const) {
    it(`an error that a ${hook} hook throws reaches the caller unchanged`, async () => {
      const place = server.place(503);
      const mine = new Error('mine');
      const error = await errorOf(() =>
        api.get(place.url, {
          hooks: {
            [hook]: [
              () => {
                throw mine;
              },
            ],
          },
        }),
      );
      expect(error).to.equal(mine);
      expect(place.requests.length).to.be.at.most(1);
    });
  }

  it('the report of a call that a hook ended names the hook, and no response', async () => {
    const place = server.place(200);
    const events: SteadfetchEvent[] = [];
    const client = ky.extend(resilience(quick, {on: event => events.push(event)}));
    await errorOf(() =>
      client.get(place.url, {
        hooks: {
          afterResponse: [
            () => {
              throw new Error('mine');
            },
          ],
        },
      }),
    );
    const ends = events.filter(({type}) => type === 'call.end');
    expect(ends).to.have.length(1);
    expect(ends[0]).to.include({result: 'failure'});
  });
});

describe('ky: later .extend()', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const api = ky.extend(resilience(quick));

  it('of fetch: the new fetch is used for every attempt', async () => {
    const place = server.place(503, 200);
    let sends = 0;
    const client = api.extend({
      fetch: (input, init) => {
        sends++;
        return globalThis.fetch(input, init);
      },
    });
    await client.get(place.url);
    expect([sends, place.requests.length]).to.deep.equal([2, 2]);
  });

  it('of fetch in one call: the new fetch is used too', async () => {
    const seen: string[] = [];
    const response = await api.get('http://nowhere.invalid/', {
      fetch: async input => {
        seen.push((input as Request).headers.get('x-correlation-id')!);
        return new Response('', {status: seen.length < 2 ? 503 : 200});
      },
    });
    expect(response.status).to.equal(200);
    expect(seen).to.have.length(2);
    expect(new Set(seen).size).to.equal(1);
  });

  it('of fetch: it gets the options that ky does not know, except resilience', async () => {
    let given: RequestInit & {resilience?: unknown} = {};
    await api.get('http://nowhere.invalid/', {
      resilience: {maxAttempts: 1},
      dispatcher: 'mine',
      fetch: async (_, init) => {
        given = init!;
        return new Response();
      },
    } as Parameters<typeof api.get>[1]);
    expect(given).to.have.property('dispatcher', 'mine');
    expect(given).not.to.have.property('resilience');
  });

  it('of hooks: they run for the retries', async () => {
    const place = server.place(503, 200);
    let retries = 0;
    await api.extend({hooks: {beforeRetry: [() => void retries++]}}).get(place.url);
    expect([retries, place.requests.length]).to.deep.equal([1, 2]);
  });

  it('of retry: it takes precedence over the policy', async () => {
    const place = server.place(503);
    await errorOf(() => api.extend({retry: 1}).get(place.url));
    expect(place.requests).to.have.length(2);
  });

  it('by an init hook: the options that it sets are used', async () => {
    const place = server.place(503);
    const client = api.extend({
      hooks: {
        init: [
          options => {
            options.retry = 0;
            (options.headers as Record<string, string>)['x-init'] = '1';
          },
        ],
      },
      headers: {},
    });
    await errorOf(() => client.get(place.url));
    expect(place.header('x-init')).to.deep.equal(['1']);
  });

  it('of another policy: only the last one is used', async () => {
    const place = server.place(503);
    const events: string[] = [];
    const client = ky
      .extend(resilience({...quick, maxAttempts: 5}, {on: () => events.push('first')}))
      .extend({hooks: {beforeRetry: [() => {}]}})
      .extend(resilience({...quick, maxAttempts: 2}, {on: ({type}) => events.push(type)}));
    await errorOf(() => client.get(place.url));
    expect(place.requests).to.have.length(2);
    expect(events).not.to.include('first');
    expect(events.filter(type => type === 'call.end')).to.have.length(1);
  });

  it('with a policy of another copy of this package: the last policy applies', async () => {
    const path = '../../src/ky/resilience.ts?copy';
    const copy = (await import(path)) as {resilience: typeof resilience};
    for (const [first, last] of [
      [resilience, copy.resilience],
      [copy.resilience, resilience],
    ] as const) {
      const place = server.place(503);
      const client = ky.extend(first({...quick, maxAttempts: 5})).extend(last({...quick, maxAttempts: 2}));
      await errorOf(() => client.get(place.url));
      expect(place.requests).to.have.length(2);
    }
  });

  it('of the same policy: it counts once', async () => {
    const place = server.place(503);
    const once = resilience(quick);
    await errorOf(() => ky.extend(once).extend(once).get(place.url));
    expect(place.requests).to.have.length(3);
    expect(place.header('x-correlation-id')[0]).not.to.include(',');
  });

  it('with replaceOption for the hooks: ky works without the policy', async () => {
    const place = server.place(503);
    await errorOf(() =>
      api.extend({hooks: replaceOption({beforeRequest: []}), retry: {limit: 1, delay: () => 1}}).get(place.url),
    );
    expect(place.requests).to.have.length(2);
    expect(place.header('x-correlation-id')).to.deep.equal([undefined, undefined]);
  });

  it('ky.create() starts without the policy', async () => {
    const place = server.place(503);
    await errorOf(() => api.create({retry: 0}).get(place.url));
    expect(place.header('x-correlation-id')).to.deep.equal([undefined]);
  });
});
