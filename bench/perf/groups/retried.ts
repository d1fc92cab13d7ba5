/** A call that is sent twice: one 503, a wait of 1 ms, then 200. */
import ky from 'ky';
import {createFetch, type PolicyInput, resilience} from '../../../src/core.ts';
import {type Candidate, measure} from '../measure.ts';
import {peer} from '../peers.ts';
import {digits, find, type Section} from '../section.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';
const policy: PolicyInput = {
  correlation: null,
  budget: {kind: 'token-bucket', retryCost: 0},
  breaker: {kind: 'consecutive', failures: 1000},
  backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
};

/** Every other answer is 503; the calls come one after another. */
function flaky(): typeof globalThis.fetch {
  let count = 0;
  return async () => new Response('{"a":1}', {status: count++ % 2 === 0 ? 503 : 200});
}

export async function retried(): Promise<Section> {
  const pRetry = (await peer('p-retry')).default;
  const {ConstantBackoff, ConsecutiveBreaker, circuitBreaker, handleWhenResult, retry, wrap} = await peer('cockatiel');
  const hand = flaky();
  const forPRetry = flaky();
  const forCockatiel = flaky();
  const failed = (response: unknown): boolean => (response as Response).status >= 500;
  const cockatiel = wrap(
    retry(handleWhenResult(failed), {maxAttempts: 2, backoff: new ConstantBackoff(1)}),
    circuitBreaker(handleWhenResult(failed), {halfOpenAfter: 5000, breaker: new ConsecutiveBreaker(1000)}),
  );
  const ours = createFetch(policy, {fetch: flaky()});
  const plain = ky.extend({fetch: flaky(), retry: {limit: 2, delay: () => 1}});
  const withOurs = ky.extend({fetch: flaky()}).extend(resilience(policy));
  const candidates: Candidate[] = [
    {name: 'a hand-written loop', call: () => handLoop(hand)},
    {name: 'the same again (noise)', call: () => handLoop(hand)},
    {name: 'steadfetch', call: () => ours(URL_OF_STUB)},
    {name: 'p-retry', call: () => pRetry(() => orThrow(forPRetry), {retries: 2, minTimeout: 1, factor: 1})},
    {name: 'cockatiel (retry, breaker)', call: () => cockatiel.execute(() => forCockatiel(URL_OF_STUB))},
    {name: 'ky with steadfetch', call: () => withOurs(URL_OF_STUB)},
    {name: 'plain ky', call: () => plain(URL_OF_STUB)},
  ];
  const costs = await measure(candidates, {rounds: 21, callsPerRound: 80, concurrency: 1});
  const over = (name: string): number => find(costs, name) - find(costs, 'a hand-written loop');
  return {
    title: 'A call that is sent twice',
    intro: 'A 503 with a small body, a wait of 1 ms, then 200, over a fetch that answers at once.',
    columns: ['', 'CPU µs', 'over the hand-written loop'],
    rows: costs.map(({name, us}) => [name, digits(us, 1), digits(over(name), 1)]),
    goals: [
      {
        what: 'steadfetch',
        limit: 12,
        measured: over('steadfetch'),
        unit: 'µs over the loop',
        why: 'the body of the 503 is read to its end, so that its connection can serve the resend; the loop leaves it open',
      },
      {
        what: 'ky with steadfetch',
        limit: 37,
        measured: over('ky with steadfetch'),
        unit: 'µs over the loop',
        why: `ky's own options, hooks and Request are most of it: plain ky is at ${digits(over('plain ky'), 1)}, and leaves the body of the 503 unread`,
      },
    ],
  };
}

async function handLoop(fetch: typeof globalThis.fetch): Promise<Response> {
  for (;;) {
    const response = await fetch(URL_OF_STUB);
    if (response.status < 500) return response;
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

async function orThrow(fetch: typeof globalThis.fetch): Promise<Response> {
  const response = await fetch(URL_OF_STUB);
  if (response.status >= 500) throw new Error(String(response.status));
  return response;
}
