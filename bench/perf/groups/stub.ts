/** The engine alone: a fetch that answers at once. */
import {createFetch} from '../../../src/core.ts';
import {createFetch as createObservedFetch} from '../../../src/fetch.ts';
import {allocated, type Candidate, measure} from '../measure.ts';
import {peer} from '../peers.ts';
import {digits, find, type Section} from '../section.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';

export async function stub(): Promise<Section> {
  const answer = new Response(null);
  const fetch = async () => answer;
  const ours = createFetch({correlation: null}, {fetch});
  const withId = createFetch({}, {fetch});
  const wired = createObservedFetch({}, {fetch});
  const keyed = createFetch({idempotency: {}}, {fetch});
  const {signal} = new AbortController();
  const pRetry = (await peer('p-retry')).default;
  const Opossum = (await peer('opossum')).default;
  const {createClient} = await peer('@fetchkit/ffetch');
  const cockatiel = await cockatielPolicy();
  const opossum = new Opossum(fetch, {timeout: 10_000});
  const ffetch = createClient({
    fetchHandler: fetch,
    timeout: 10_000,
    retries: 2,
    circuit: {threshold: 5, reset: 30_000},
  });
  const candidates: Candidate[] = [
    {name: 'bare', call: fetch},
    {name: 'bare again (noise)', call: fetch},
    {name: 'steadfetch, no ids', call: () => ours(URL_OF_STUB)},
    {name: 'steadfetch', call: () => withId(URL_OF_STUB)},
    {name: 'steadfetch, OpenTelemetry wired, no SDK', call: () => wired(URL_OF_STUB)},
    {name: 'steadfetch, a signal of the user', call: () => ours(URL_OF_STUB, {signal})},
    {name: 'steadfetch, POST with a key', call: () => keyed(URL_OF_STUB, {method: 'POST', body: '{}'})},
    {name: 'p-retry', call: () => pRetry(fetch, {retries: 2})},
    {name: 'opossum', call: () => opossum.fire()},
    {name: 'cockatiel (retry, breaker, timeout)', call: () => cockatiel.execute(fetch)},
    {name: 'ffetch (timeout, retries, circuit)', call: () => ffetch(URL_OF_STUB)},
  ];
  const costs = await measure(candidates, {rounds: 21, callsPerRound: 4000, concurrency: 1});
  const bytes = new Map<string, number>();
  for (const {name, call} of candidates) bytes.set(name, await allocated(call));
  return {
    title: 'The engine alone',
    intro:
      'One successful call over a fetch that answers at once. p-retry and opossum do far less: no classification, no budget.',
    columns: ['', 'CPU µs', 'heap bytes'],
    rows: costs.map(({name, us}) => [name, digits(us), digits(bytes.get(name)!, 0)]),
    goals: [
      {
        what: 'steadfetch, no ids',
        limit: 1,
        measured: find(costs, 'steadfetch, no ids'),
        unit: 'µs',
        why: `this goal alone is a time of one machine; opossum takes ${digits(find(costs, 'opossum'))} µs in this run, and cockatiel ${digits(find(costs, 'cockatiel (retry, breaker, timeout)'))}`,
      },
      {
        what: 'steadfetch, no ids',
        limit: 2000,
        measured: bytes.get('steadfetch, no ids')!,
        unit: 'bytes',
        why: 'the call and its attempt are 400 bytes; AbortSignal, promises and their callbacks are most of the rest',
      },
    ],
  };
}

async function cockatielPolicy() {
  const {ConsecutiveBreaker, circuitBreaker, ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap} =
    await peer('cockatiel');
  return wrap(
    retry(handleAll, {maxAttempts: 2, backoff: new ExponentialBackoff()}),
    circuitBreaker(handleAll, {halfOpenAfter: 5000, breaker: new ConsecutiveBreaker(5)}),
    timeout(10_000, TimeoutStrategy.Aggressive),
  );
}
