/** Scenes through `runBatch`: single items, and chunks of them. */

import {runBatch} from '../../src/batch/run-batch.ts';
import type {BatchOptions, ChunkSender, Send} from '../../src/batch/types.ts';
import type {PolicyInput} from '../../src/core.ts';
import {answer} from '../../src/transport/answer.ts';
import {EU, REGIONS} from './failover-scenes.ts';
import {type Detail, nameOf} from './recorder.ts';
import {errorOf, Stage} from './stage.ts';

const POLICY = {
  maxAttempts: 3,
  attemptTimeoutMs: 300,
  idempotentMethods: ['POST'],
  backoff: {baseMs: 40, throttledBaseMs: 80},
} as const;

export const batchScenes: Record<string, () => Promise<string[]>> = {
  'a batch': () =>
    play(
      500,
      stage =>
        (item, {signal}) =>
          reply(stage, item, signal),
      POLICY,
      {},
      'all',
    ),
  'a batch in chunks': () =>
    play(
      501,
      stage => ({
        chunkSize: 4,
        sendChunk: async (items, {signal}) => {
          await stage.clock.sleep(stage.random() * 60, signal);
          const chance = stage.random();
          if (chance < 0.15) return answer(503, 'busy', {'retry-after': '1'});
          if (chance < 0.3) return answer(400, 'one of them is wrong');
          return items.map(item => (stage.random() < 0.2 ? errorOf('ECONNRESET') : item.toUpperCase()));
        },
      }),
      POLICY,
      {},
      'all',
    ),
  'a batch with a quota, a concurrency limit and an order': () =>
    play(
      502,
      sendOne,
      {...POLICY, quota: {limits: [{unit: 'requests', max: 8, perMs: 1000}], learn: true}},
      {ordered: true},
    ),
  'a batch with a breaker that holds it': () =>
    play(503, sendOne, {...POLICY, breaker: {kind: 'consecutive', failures: 3, openMs: 800}}, {maxHoldMs: 2000}),
  'a batch with an adaptive limit and hedges': () =>
    play(504, sendOne, {
      ...POLICY,
      concurrency: {kind: 'adaptive', start: 2, max: 4},
      hedge: {delayMs: 40, maxLoadRatio: 1},
    }),
  'a batch with duplicates, whose caller leaves': () =>
    play(505, sendOne, POLICY, {dedupe: true, keyOf: item => item.slice(0, 6), concurrency: 6}, 'events', 150),
  'a batch at several endpoints': () =>
    play(
      506,
      stage =>
        (item, {signal, endpoint, url}) => {
          stage.recorder.note('to', `${item} ${endpoint} ${url}`);
          return reply(stage, item, signal);
        },
      {...POLICY, endpoints: REGIONS!, failover: {sharedKeys: true}},
      {movable: true, target: {url: EU}},
    ),
};

const sendOne =
  (stage: Stage): Send<string, unknown> =>
  (item, {signal}) =>
    reply(stage, item, signal);

async function reply(stage: Stage, item: string, signal: AbortSignal): Promise<unknown> {
  const {kind, afterMs, headers} = stage.reply();
  await stage.clock.sleep(kind === 'hang' ? 1e9 : afterMs, signal);
  if (typeof kind !== 'number') throw errorOf(kind);
  return kind === 200 ? item.toUpperCase() : answer(kind, 'said', headers);
}

async function play(
  seed: number,
  sender: (stage: Stage) => Send<string, unknown> | ChunkSender<string, unknown>,
  policy: PolicyInput = POLICY,
  more: Partial<BatchOptions<string, unknown>> = {},
  detail: Detail = 'events',
  abortMs: number | null = null,
) {
  const stage = new Stage({policy, detail, seed, replies: [200, 200, 200, 404, 429, 503, 'ECONNRESET', 'hang']});
  const {clock, random, ids, observer} = stage.ports;
  return stage.play(1, 1, async () => {
    const items = Array.from({length: 24}, (_, index) => `item ${index}`);
    const signal = stage.abortAfter(abortMs);
    const options: BatchOptions<string, unknown> = {
      policy: stage.handle,
      concurrency: 3,
      clock: clock!,
      random: random!,
      ids: ids!,
      observer: observer!,
      ...more,
      ...(signal && {signal}),
      on: event => {
        if ('call' in event || event.type === 'breaker.changed') stage.recorder.on(event);
        else if (event.type === 'item.end')
          stage.recorder.note(`item ${event.index}`, {source: event.source, failure: event.failure});
      },
      onResult: result => {
        const failure = result.ok ? undefined : {...result.failure, error: nameOf(result.failure.error ?? {})};
        stage.recorder.note(`result ${result.item}`, {attempts: result.attempts, ok: result.ok, failure});
      },
    };
    stage.recorder.note('batch', await runBatch(items, sender(stage), options));
  });
}
