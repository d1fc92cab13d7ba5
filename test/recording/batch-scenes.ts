/** Scenes through `runBatch`: single items, and chunks of them. */

import {runBatch} from '../../src/batch/run-batch.ts';
import type {BatchOptions, ChunkSender, Send} from '../../src/batch/types.ts';
import {answer} from '../../src/transport/answer.ts';
import {nameOf} from './recorder.ts';
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
    ),
  'a batch in chunks': () =>
    play(501, stage => ({
      chunkSize: 4,
      sendChunk: async (items, {signal}) => {
        await stage.clock.sleep(stage.random() * 60, signal);
        const chance = stage.random();
        if (chance < 0.15) return answer(503, 'busy', {'retry-after': '1'});
        if (chance < 0.3) return answer(400, 'one of them is wrong');
        return items.map(item => (stage.random() < 0.2 ? errorOf('ECONNRESET') : item.toUpperCase()));
      },
    })),
};

async function reply(stage: Stage, item: string, signal: AbortSignal): Promise<unknown> {
  const {kind, afterMs, headers} = stage.reply();
  await stage.clock.sleep(kind === 'hang' ? 1e9 : afterMs, signal);
  if (typeof kind !== 'number') throw errorOf(kind);
  return kind === 200 ? item.toUpperCase() : answer(kind, 'said', headers);
}

async function play(seed: number, sender: (stage: Stage) => Send<string, unknown> | ChunkSender<string, unknown>) {
  const stage = new Stage({policy: POLICY, seed, replies: [200, 200, 200, 404, 429, 503, 'ECONNRESET', 'hang']});
  const {clock, random, ids, observer} = stage.ports;
  return stage.play(1, 1, async () => {
    const items = Array.from({length: 24}, (_, index) => `item ${index}`);
    const options: BatchOptions<string, unknown> = {
      policy: stage.handle,
      concurrency: 3,
      clock: clock!,
      random: random!,
      ids: ids!,
      observer: observer!,
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
    const {progress} = (await runBatch(items, sender(stage), options)) as unknown as {progress: unknown};
    stage.recorder.note('batch', progress);
  });
}
