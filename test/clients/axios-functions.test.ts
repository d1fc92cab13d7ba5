/** axios in a function of `guard` and in the `send` of a batch: what it throws for a status is classified as that status. */
import axios, {AxiosError} from 'axios';
import {expect} from 'chai';
import {runBatch} from '../../src/batch.ts';
import {guard, reportOf} from '../../src/function.ts';
import {LoopbackServer} from '../support/loopback-server.ts';

/** Sends of a POST without a key, and of one that may be repeated. */
const ROWS = [
  [400, 1, 1],
  [404, 1, 1],
  [408, 3, 3],
  [429, 3, 3],
  [500, 1, 3],
  [503, 1, 3],
] as const;
const POLICY = {breaker: null, budget: null, backoff: {baseMs: 0, throttledBaseMs: 0}} as const;

describe('axios in functions and batches', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  for (const adapter of ['http', 'fetch'])
    for (const [status, once, repeated] of ROWS)
      for (const retryAfter of [undefined, '0'])
        for (const [what, idempotent, sends] of [
          ['a write', false, once],
          ['an idempotent call', true, repeated],
        ] as const) {
          const said = retryAfter === undefined ? '' : ' with Retry-After';
          const place = () =>
            server.place({status, headers: retryAfter === undefined ? {} : {'retry-after': retryAfter}});

          it(`guard, ${adapter}: ${status}${said}, ${what}: sent ${sends}x`, async () => {
            const {url, requests} = place();
            let error: unknown;
            await guard(POLICY)(signal => axios.post(url, '{}', {signal, adapter}), {idempotent}).catch(thrown => {
              error = thrown;
            });
            expect(error).to.be.instanceOf(AxiosError);
            expect(error).to.include({status});
            expect(reportOf(error)?.reason).to.contain(String(status));
            expect(requests).to.have.length(sends);
          });

          it(`runBatch, ${adapter}: ${status}${said}, ${what}: sent ${sends}x`, async () => {
            const {url, requests} = place();
            const policy = {...POLICY, ...(idempotent && {idempotentMethods: ['POST']})};
            const failures: unknown[] = [];
            await runBatch([1], (_, {signal}) => axios.post(url, '{}', {signal, adapter}).then(({data}) => data), {
              policy,
              target: {url},
              onResult: result => void failures.push(result.ok ? null : result.failure),
            });
            expect(failures).to.have.length(1);
            expect(failures[0]).to.include({status, code: String(status)});
            expect(requests).to.have.length(sends);
          });
        }

  for (const adapter of ['http', 'fetch'])
    for (const status of [408, 429, 303]) {
      const then = status === 303 ? 'a refused connection' : `a ${status}`;
      it(`${adapter}: a POST that was answered with a redirect to ${then} is sent once`, async () => {
        const closed = 'http://127.0.0.1:1/next';
        const location = status === 303 ? closed : server.place(status).url;
        const place = server.place({status: 303, headers: {location}});
        const send = (signal: AbortSignal, headers: Record<string, string>): Promise<unknown> =>
          axios.post(place.url, '{}', {signal, headers, adapter});
        await guard(POLICY)((signal, {headers}) => send(signal, {...headers})).catch(() => {});
        expect(place.requests).to.have.length(1);
        await runBatch([1], (_, {signal, headers}) => send(signal, {...headers}), {
          policy: POLICY,
          target: {url: place.url},
        });
        expect(place.requests).to.have.length(2);
      });
    }
});
