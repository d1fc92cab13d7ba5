/** A hundred thousand calls that wait for their answer: the heap each of them holds. */
import ky from 'ky';
import {createFetch, resilience} from '../../../src/core.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';
/** A slow machine takes seconds to begin a hundred thousand calls. */
const patient = {attemptTimeoutMs: 120_000, deadlineMs: 600_000};

export async function pending(): Promise<Section> {
  const answer = new Response(null);
  let open = (): void => {};
  let gate = Promise.resolve(answer);
  const fetch = () => gate.then(response => response);
  const pRetry = (await peer('p-retry')).default;
  const ours = createFetch(patient, {fetch});
  const withOurs = ky.extend({fetch}).extend(resilience(patient));
  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['bare', () => fetch()],
    ['steadfetch', () => ours(URL_OF_STUB)],
    ['p-retry', () => pRetry(fetch, {retries: 2})],
    ['plain ky', () => ky(URL_OF_STUB, {fetch})],
    ['ky with steadfetch', () => withOurs(URL_OF_STUB)],
  ];
  const held = async (call: () => Promise<unknown>, count: number): Promise<number> => {
    gate = new Promise(resolve => {
      open = () => resolve(answer);
    });
    globalThis.gc!();
    const before = process.memoryUsage().heapUsed;
    const waiting = Array.from({length: count}, call);
    await new Promise(resolve => setTimeout(resolve, 50));
    globalThis.gc!();
    const bytes = (process.memoryUsage().heapUsed - before) / count;
    open();
    await Promise.all(waiting);
    return bytes;
  };
  const rows: [string, number, number][] = [];
  for (const [name, call] of calls) {
    await held(call, 2000); // warm
    rows.push([name, await held(call, 10_000), await held(call, 100_000)]);
  }
  const measured = rows.find(([name]) => name === 'steadfetch')![2];
  return {
    title: 'Calls that wait',
    intro: 'Heap per pending call, after a collection.',
    columns: ['', '10,000 pending, bytes each', '100,000 pending, bytes each'],
    rows: rows.map(([name, few, many]) => [name, digits(few, 0), digits(many, 0)]),
    goals: [{what: 'steadfetch, 100,000 pending', limit: 1400, measured, unit: 'bytes'}],
  };
}
