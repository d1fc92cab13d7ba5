/**
 * The course's third example: batch inference with chunks, retries for the transient items only, a record of what is done, and
 * an error for each item that failed.
 *
 * A model labels texts, 16 in a request. It answers 429 for some of them, is busy now and then, and refuses a whole request
 * for one text that is too long. `npx node examples/batch-inference.ts` labels 1,000 texts, is stopped halfway, and goes on.
 */
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {json} from 'node:stream/consumers';
import {answer, type BatchReport, type ItemResult, runBatch} from '../src/batch.ts';
import {seededRandom} from '../src/index.ts';

const LONGEST_TEXT = 100;

type Label = 'short' | 'long';
export type Labelled = ItemResult<string, Label>;

export interface Run {
  readonly report: BatchReport;
  readonly results: readonly Labelled[];
}

/** Labels every text. Equal texts are labelled once, and texts in the journal are not sent again. */
export async function labelAll(
  texts: Iterable<string>,
  url: string,
  journal: string,
  isEnough: (labelled: number) => boolean = () => false,
): Promise<Run> {
  const results: Labelled[] = [];
  const stop = new AbortController();
  const report = await runBatch<string, Label>(
    texts,
    {
      chunkSize: 16,
      async sendChunk(chunk, {headers, signal}) {
        const body = JSON.stringify({texts: chunk});
        const response = await fetch(url, {method: 'POST', headers, signal, body});
        if (!response.ok) return response; // The request as a whole: classified by its status.
        const {labels} = (await response.json()) as {labels: (Label | {status: number})[]};
        return labels.map(label => (typeof label === 'string' ? label : answer(label.status, undefined)));
      },
    },
    {
      policy: {
        name: 'label',
        maxAttempts: 5,
        idempotentMethods: ['POST'], // To label a text twice does no harm.
        backoff: {baseMs: 20, throttledBaseMs: 20, jitter: 'full'},
      },
      target: {url},
      concurrency: 4,
      journal,
      resume: true,
      signal: stop.signal,
      onResult(result) {
        results.push(result);
        if (isEnough(results.length)) stop.abort();
      },
    },
  );
  return {report, results};
}

export interface Model {
  readonly url: string;
  /** How often each text came. */
  readonly asked: ReadonlyMap<string, number>;
  close(): void;
}

/** A model that fails as such services do. Chance is seeded. */
export async function startModel(): Promise<Model> {
  const random = seededRandom(3);
  const asked = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const {texts} = (await json(request)) as {texts: string[]};
    for (const text of texts) asked.set(text, (asked.get(text) ?? 0) + 1);
    if (texts.some(({length}) => length > LONGEST_TEXT)) say(response, 400, {error: 'a text is too long'});
    else if (random() < 0.05) say(response, 503, {error: 'busy'});
    else say(response, 200, {labels: texts.map(text => (random() < 0.02 ? {status: 429} : labelOf(text)))});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/label`,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const labelOf = ({length}: string): Label => (length > 20 ? 'long' : 'short');

const say = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));

/** 1,000 texts; every tenth was there before, and one is longer than the model takes. */
export function* someTexts(): Generator<string> {
  for (let number = 0; number < 1000; number++) {
    if (number === 222) yield 'x'.repeat(LONGEST_TEXT + 1);
    else yield `text ${number % 10 === 9 ? number - 9 : number}${number % 3 === 0 ? ', and some more words' : ''}`;
  }
}

if (import.meta.main) {
  const model = await startModel();
  const folder = await mkdtemp(join(tmpdir(), 'steadfetch-label-'));
  try {
    const journal = join(folder, 'journal');
    const print = ({ended, succeeded, failed, left, deduplicated, resumed, requests, retries}: BatchReport): void =>
      console.log({ended, succeeded, failed, left, deduplicated, resumed, requests, retries});
    print((await labelAll(someTexts(), model.url, journal, labelled => labelled >= 150)).report);
    console.log('Stopped. The same again goes on:');
    const {report, results} = await labelAll(someTexts(), model.url, journal);
    print(report);
    for (const result of results) {
      if (!result.ok) console.log(`item ${result.index}, "${result.item.slice(0, 12)}…": ${result.failure.reason}`);
    }
  } finally {
    model.close();
    await rm(folder, {recursive: true});
  }
}
