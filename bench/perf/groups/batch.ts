/** A batch of 10,000 items, of whose requests one in twenty fails: items per second, by the clock on the wall. */
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {answer, runBatch, type Send} from '../../../src/batch.ts';
import type {PolicyInput} from '../../../src/core.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {percentile, shuffled} from '../statistics.ts';

const ITEMS = 10_000;
const CONCURRENCY = 32;
const ROUNDS = 9;

interface Item {
  readonly id: number;
  readonly text: string;
}

/** Sends all items, and gives how many were answered well. */
type Runner = (items: readonly Item[]) => Promise<number>;

const policy: PolicyInput = {
  maxAttempts: 8,
  idempotentMethods: ['POST'],
  backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
};
const json = {'content-type': 'application/json'};

export async function batch(): Promise<Section> {
  const child = fork(fileURLToPath(new URL('../flaky-server.ts', import.meta.url)));
  const [port] = await once(child, 'message');
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-bench-'));
  try {
    const runners = await candidates(`http://127.0.0.1:${port}/items`, join(folder, 'journal'));
    return section(await rates(runners));
  } finally {
    child.disconnect();
    rmSync(folder, {recursive: true});
  }
}

async function candidates(url: string, journal: string): Promise<Record<string, Runner>> {
  const pMap = (await peer('p-map')).default;
  const pRetry = (await peer('p-retry')).default;
  const {Agent, request} = await peer('undici');
  const dispatcher = new Agent({connections: CONCURRENCY});
  const post = (item: Item, extra?: object) => ({method: 'POST', headers: json, body: JSON.stringify(item), ...extra});

  /** @param rest What a worker waits for before its next send. */
  const loop =
    (rest?: () => Promise<void>): Runner =>
    async items => {
      let next = 0;
      let good = 0;
      const worker = async (): Promise<void> => {
        while (next < items.length) {
          const response = await fetch(url, post(items[next++]!));
          await response.json();
          if (response.ok) good++;
          if (rest !== undefined) await rest();
        }
      };
      await Promise.all(Array.from({length: CONCURRENCY}, worker));
      return good;
    };
  const bare = loop();
  /** As steadfetch does it: fills all slots that became free in a tick of the event loop together. */
  let end: Promise<void> | undefined;
  const endOfTick = (): Promise<void> =>
    (end ??= new Promise(resolve => {
      setImmediate(() => {
        end = undefined;
        resolve();
      });
    }));
  const once = async (item: Item): Promise<unknown> => {
    const response = await fetch(url, post(item));
    const value = await response.json();
    if (!response.ok) throw new Error(String(response.status));
    return value;
  };
  const retries = {retries: 7, minTimeout: 1, factor: 1};
  const ours =
    (send: Send<Item, unknown>): Runner =>
    async items => {
      rmSync(journal, {force: true});
      const {succeeded} = await runBatch(items, send, {policy, target: {url}, concurrency: CONCURRENCY, journal});
      return succeeded;
    };
  return {
    'a loop over fetch': bare,
    'the same again (noise)': bare,
    'the loop, which sends at the end of each tick': loop(endOfTick),
    'p-map + p-retry': async items =>
      (await pMap(items, (item: Item) => pRetry(() => once(item), retries), {concurrency: CONCURRENCY})).length,
    'steadfetch/batch, deduplicated, with a journal': ours(item => fetch(url, post(item))),
    'the same, the headers and the signal of each attempt passed on': ours((item, {headers, signal}) =>
      fetch(url, post(item, {headers: {...json, ...headers}, signal})),
    ),
    'the same over undici.request': ours(async (item, {headers, signal}) => {
      const options = post(item, {headers: {...json, ...headers}, signal, dispatcher});
      const {statusCode, headers: received, body} = await request(url, options);
      return answer(statusCode, await body.json(), received);
    }),
  };
}

async function rates(runners: Record<string, Runner>): Promise<Map<string, number>> {
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of shuffled(Object.entries(runners))) {
      const items = Array.from({length: ITEMS}, (_, id) => ({id, text: `item ${id} of round ${round}`}));
      const start = performance.now();
      const good = await run(items);
      const rate = (ITEMS / (performance.now() - start)) * 1000;
      if (good < ITEMS * 0.94) throw new Error(`${name}: only ${good} of ${ITEMS} items were answered.`);
      if (round > 0) samples.set(name, [...(samples.get(name) ?? []), rate]); // The first round warms.
    }
  }
  return new Map(Object.keys(runners).map(name => [name, percentile(samples.get(name)!, 0.8)]));
}

function section(found: ReadonlyMap<string, number>): Section {
  const rate = (name: string): number => found.get(name)!;
  const bare = rate('a loop over fetch');
  const overFetch = 'steadfetch/batch, deduplicated, with a journal';
  return {
    title: 'A batch of 10,000 items',
    intro:
      `Items a second by the wall clock, ${CONCURRENCY} at a time, every twentieth answer a 503: the 80th percentile of ${ROUNDS} rounds. The loop sends ` +
      'nothing again, so it sends 5 % less. p-map + p-retry have the same `send`, and neither deduplicate nor keep a journal; nor do they ' +
      'end an attempt that takes too long, for which fetch needs a signal, and that has its price. What makes up for all of it is that ' +
      'steadfetch fills at the end of a tick of the event loop all slots that became free in it, as one of the loops does.',
    columns: ['', 'items/s', 'of the loop over fetch'],
    rows: [...found].map(([name, value]) => [name, digits(value, 0), digits(value / bare)]),
    goals: [
      {
        what: 'time an item, of p-map + p-retry',
        limit: 1,
        measured: rate('p-map + p-retry') / rate(overFetch),
        unit: 'x',
        why: `each item is a call with its deadline, budget and breaker, is looked up among its duplicates, and is written to a file with a checksum; p-map and p-retry do none of that, and the loop, measured again in this run, is at ${digits(rate('the same again (noise)') / bare)} of itself`,
      },
      {
        what: 'over undici.request, time an item, of a loop over fetch',
        limit: 0.5,
        measured: bare / rate('the same over undici.request'),
        unit: 'x',
        why: 'the loop over fetch does not end an attempt that takes too long, sends nothing again and keeps no journal',
      },
    ],
    headlines: [
      {
        what: 'a batch of 10,000 items, items/s',
        ours: `${digits(rate(overFetch), 0)}, over undici.request ${digits(rate('the same over undici.request'), 0)}`,
        beside: `a loop over fetch ${digits(bare, 0)} · p-map + p-retry ${digits(rate('p-map + p-retry'), 0)}`,
      },
    ],
  };
}
