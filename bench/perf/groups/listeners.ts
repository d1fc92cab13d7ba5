/** What is left on a signal that lives as long as the application. */
import {getEventListeners} from 'node:events';
import {createFetch} from '../../../src/core.ts';
import {peer} from '../peers.ts';
import {startServer} from '../run-group.ts';
import type {Section} from '../section.ts';

const CALLS = 10_000;

export async function listeners(): Promise<Section> {
  const server = await startServer('server');
  const {url} = server;
  const ours = createFetch();
  const {createClient} = await peer('@fetchkit/ffetch');
  const ffetch = createClient({timeout: 10_000, retries: 2});
  const left = async (call: (signal: AbortSignal) => Promise<Response>): Promise<number> => {
    const {signal} = new AbortController();
    let todo = CALLS;
    const worker = async (): Promise<void> => {
      while (todo-- > 0) await (await call(signal)).text();
    };
    await Promise.all(Array.from({length: 32}, worker));
    return getEventListeners(signal, 'abort').length;
  };
  const measured = await left(signal => ours(url, {signal}));
  const rows: [string, number][] = [
    ['steadfetch', measured],
    ['fetch', await left(signal => fetch(url, {signal}))],
    ['ffetch', await left(signal => ffetch(url, {signal}))],
  ];
  server.close();
  return {
    title: 'Listeners left on a signal',
    intro: `Abort listeners on one long-lived signal after ${CALLS} calls, before any collection.`,
    columns: ['', 'listeners'],
    rows: rows.map(([name, count]) => [name, String(count)]),
    goals: [{what: 'steadfetch', limit: 0, measured, unit: 'listeners'}],
    headlines: [
      {
        what: `abort listeners left on a signal after ${CALLS} calls`,
        ours: String(measured),
        beside: rows
          .slice(1)
          .map(([name, count]) => `${name} ${count}`)
          .join(' · '),
      },
    ],
  };
}
