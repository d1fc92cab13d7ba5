/** Refusing while the breaker is open: the cost of an error that thousands of calls a second may get. */
import {createFetch} from '../../../src/core.ts';
import {type Candidate, measure} from '../measure.ts';
import {peer} from '../peers.ts';
import {digits, find, type Section} from '../section.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';
const DAY = 86_400_000;

export async function openBreaker(): Promise<Section> {
  const down = async () => new Response(null, {status: 503});
  const fails = async () => {
    throw new Error('down');
  };
  const {ConsecutiveBreaker, circuitBreaker, handleAll} = await peer('cockatiel');
  const Opossum = (await peer('opossum')).default;
  const ours = createFetch(
    {correlation: null, maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1, openMs: DAY, maxOpenMs: DAY}},
    {fetch: down},
  );
  const cockatiel = circuitBreaker(handleAll, {halfOpenAfter: DAY, breaker: new ConsecutiveBreaker(1)});
  const opossum = new Opossum(fails, {resetTimeout: DAY, errorThresholdPercentage: 1});
  const quiet = (call: () => Promise<unknown>) => () => call().catch((error: unknown) => error);
  const candidates: Candidate[] = [
    {name: 'steadfetch', call: quiet(() => ours(URL_OF_STUB))},
    {name: 'steadfetch again (noise)', call: quiet(() => ours(URL_OF_STUB))},
    {name: 'cockatiel', call: quiet(() => cockatiel.execute(fails))},
    {name: 'opossum', call: quiet(() => opossum.fire())},
  ];
  for (const {call} of candidates) for (let count = 0; count < 30; count++) await call();
  const costs = await measure(candidates, {rounds: 21, callsPerRound: 2000, concurrency: 1});
  opossum.shutdown();
  return {
    title: 'An open breaker',
    intro: 'One refused call, with its own error.',
    columns: ['', 'CPU µs'],
    rows: costs.map(({name, us}) => [name, digits(us)]),
    goals: [{what: 'steadfetch', limit: 4, measured: find(costs, 'steadfetch'), unit: 'µs'}],
  };
}
