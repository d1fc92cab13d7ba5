import {
  answer,
  type BatchOptions,
  type BatchReport,
  type ChunkSender,
  definePolicy,
  type ItemResult,
  runBatch,
  type Send,
} from 'steadfetch/batch';

const send: Send<string, number> = (text, {headers, signal, attempt}) =>
  fetch('https://example.com/', {method: 'POST', headers, signal, body: `${text} ${attempt}`});

const options: BatchOptions<string, number> = {
  policy: definePolicy({extends: ['steadfetch:batch']}),
  target: text => ({method: 'PUT', url: `https://example.com/${text}`}),
  onResult: (result: ItemResult<string, number>) => {
    const text: number | string = result.ok ? result.value : result.failure.reason;
    return text === '' ? Promise.resolve() : undefined;
  },
  on: event => {
    if (event.type === 'item.end') event.progress.finished.toFixed();
    if (event.type === 'attempt.end') event.latencyMs.toFixed();
  },
};
export const report: Promise<BatchReport> = runBatch(['a', 'b'], send, options);

async function* lines(): AsyncGenerator<{readonly id: number}> {
  yield {id: 1};
}
const chunks: ChunkSender<{readonly id: number}, string> = {
  chunkSize: 10,
  sendChunk: async (items, {keys}) => items.map(({id}, index) => (id > 1 ? `${id} ${keys[index]}` : new Error('none'))),
};
export const chunked: Promise<BatchReport> = runBatch(lines(), chunks, {
  ordered: true,
  journal: 'journal',
  resume: true,
});
export const inferred: Promise<BatchReport> = runBatch([1, 2], async item => answer(200, item + 1));

// @ts-expect-error A mistyped option is seen.
runBatch(['a'], send, {concurency: 3});
