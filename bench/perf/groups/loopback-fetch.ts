/** Real requests: what each client adds to a bare fetch, and to undici.request. */
import {createFetch} from '../../../src/core.ts';
import {resilienceInterceptor} from '../../../src/undici/interceptor.ts';
import type {Loopback} from '../loopback.ts';
import {type Candidate, measure} from '../measure.ts';
import {peer} from '../peers.ts';
import {digits, ratio, ratioRows, type Section} from '../section.ts';

export async function loopbackFetch({url}: Loopback): Promise<Section> {
  const ours = createFetch({correlation: null});
  const withId = createFetch();
  const {signal} = new AbortController();
  const pRetry = (await peer('p-retry')).default;
  const Opossum = (await peer('opossum')).default;
  const {ofetch} = await peer('ofetch');
  const {createClient} = await peer('@fetchkit/ffetch');
  const got = (await peer('got')).default;
  const undici = await peer('undici');
  const opossum = new Opossum((target: string) => fetch(target), {timeout: 10_000});
  const ffetch = createClient({timeout: 10_000, retries: 2, circuit: {threshold: 5, reset: 30_000}});
  const idle = new undici.Agent().compose(
    (dispatch: Dispatch): Dispatch =>
      (options, handler) =>
        dispatch(options, handler),
  );
  const retrying = new undici.Agent().compose(undici.interceptors.retry({maxRetries: 2}));
  const resilient = new undici.Agent().compose(resilienceInterceptor({correlation: null}));
  const json = async (sent: Promise<Response>): Promise<unknown> => (await sent).json();
  const bare = () => json(fetch(url));
  const candidates: Candidate[] = [
    {name: 'bare fetch', call: bare},
    {name: 'bare again (noise)', call: bare},
    {name: 'fetch, AbortController and setTimeout', call: () => withTimer(url)},
    {name: 'steadfetch, no ids', call: () => json(ours(url))},
    {name: 'steadfetch, no ids, a signal of the user', call: () => json(ours(url, {signal}))},
    {name: 'steadfetch', call: () => json(withId(url))},
    {name: 'p-retry', call: () => json(pRetry(() => fetch(url), {retries: 2}))},
    {name: 'opossum', call: () => json(opossum.fire(url))},
    {name: 'ofetch', call: () => ofetch(url, {retry: 2, timeout: 10_000})},
    {name: 'ffetch', call: () => json(ffetch(url))},
    {name: 'got', call: () => got(url, {timeout: {request: 10_000}}).json()},
    {name: 'undici.request', call: async () => (await undici.request(url)).body.json()},
    {
      name: 'undici.request, an interceptor that does nothing',
      call: async () => (await undici.request(url, {dispatcher: idle})).body.json(),
    },
    {
      name: 'undici.request, its retry interceptor',
      call: async () => (await undici.request(url, {dispatcher: retrying})).body.json(),
    },
    {
      name: 'undici.request, steadfetch/undici',
      call: async () => (await undici.request(url, {dispatcher: resilient})).body.json(),
    },
  ];
  const costs = await measure(candidates, {rounds: 31, callsPerRound: 256, concurrency: 64});
  await Promise.all([idle, retrying, resilient].map(agent => agent.close()));
  const against = (name: string) => ratio(costs, name, 'bare fetch');
  return {
    title: 'Over the loopback, against a bare fetch',
    intro:
      'GET and .json(), 64 in flight, the server in another process. Ours keeps the attempt timeout until the body is read.',
    columns: ['', 'CPU µs', '× bare'],
    rows: ratioRows(costs),
    goals: [
      {
        what: 'steadfetch, no ids',
        limit: 1.12,
        measured: against('steadfetch, no ids'),
        unit: '× bare fetch',
        why: `an AbortController and a timer alone are at ${digits(against('fetch, AbortController and setTimeout'))} in this run`,
      },
      {
        what: 'with a signal of the user',
        limit: 1.18,
        measured: against('steadfetch, no ids, a signal of the user'),
        unit: '× bare fetch',
        why: 'a listener on the signal, kept until the body is read, is all that differs from the row without a signal',
      },
      {
        what: 'undici.request through steadfetch/undici',
        limit: 0.46,
        measured: against('undici.request, steadfetch/undici'),
        unit: '× bare fetch',
        why: `in this run undici.request alone is at ${digits(against('undici.request'))}, an interceptor that does nothing at ${digits(against('undici.request, an interceptor that does nothing'))}, and undici's own retry interceptor, without budget, breaker or deadline, at ${digits(against('undici.request, its retry interceptor'))}`,
      },
    ],
  };
}

type Dispatch = (options: unknown, handler: unknown) => boolean;

async function withTimer(url: string): Promise<unknown> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  try {
    return await (await fetch(url, {signal: controller.signal})).json();
  } finally {
    clearTimeout(timer);
  }
}
