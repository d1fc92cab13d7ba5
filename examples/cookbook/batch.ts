/**
 * Send many items, and continue after a crash
 *
 * `runBatch` sends so many items at a time, in constant memory. With a journal, a second run sends only what has no answer yet.
 */
import {type BatchReport, runBatch} from '../../src/batch.ts';

export const embedAll = (texts: readonly string[], url: string, journal: string): Promise<BatchReport> =>
  runBatch(
    texts,
    (input, {headers, signal}) => fetch(url, {method: 'POST', headers, signal, body: JSON.stringify({input})}),
    {policy: {extends: ['steadfetch:llm']}, target: {url}, concurrency: 8, journal, resume: true},
  );
