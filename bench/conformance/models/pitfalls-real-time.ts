/** Pitfalls that show over sockets or in the runtime's own memory and timers: their time is real. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {ModelEndpoint} from '../../../examples/model-endpoint/endpoint.ts';
import {type ServeOptions, serve} from '../../../examples/model-endpoint/server.ts';
import {SystemClock} from '../../../src/core/system-clock.ts';
import {type CellResult, fail, pass, sleep} from '../pitfall.ts';
import {type Column, type ModelClient, ORIGIN} from './client.ts';
import {firstText, QUESTION} from './pitfall.ts';

export interface RealTimePitfall {
  /** In one list with those of pitfalls.ts. */
  readonly id: string;
  readonly title: string;
  run(column: Column): Promise<CellResult>;
}

/** A slow machine loads a client in seconds. */
const LIMIT_MS = 30_000;

/** The client's stream stays open after its first content. */
async function whileOpen(
  column: Column,
  options: ServeOptions,
  work: (client: ModelClient, endpoint: ModelEndpoint) => Promise<CellResult>,
): Promise<CellResult> {
  const clock = new SystemClock();
  const endpoint = new ModelEndpoint({clock, latencyMs: 0, fault: () => ({kind: 'stall'})});
  const server = await serve(endpoint, options);
  const fetch: typeof globalThis.fetch = (input, init) =>
    globalThis.fetch(String(input).replace(ORIGIN, server.origin), init);
  try {
    return await work(await column.connect({fetch, key: 'key-1', clock, seed: 1}), endpoint);
  } finally {
    await server.close();
  }
}

/** Whether it becomes true in time. */
async function becomes(holds: () => boolean, ms: number, meanwhile: () => void = () => {}): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) {
    if (holds()) return true;
    meanwhile();
  }
  return holds();
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

export const realTimePitfalls: readonly RealTimePitfall[] = [
  {
    id: 'T121',
    title: 'a compressed stream is not held for ever',
    run: column =>
      whileOpen(column, {compresses: true}, async client => {
        const texts = (await client.open(QUESTION))[Symbol.asyncIterator]();
        const first = await Promise.race([firstText(texts), sleep(LIMIT_MS).then(() => null)]);
        if (first === null) return fail('no content while the stream was open');
        return first === 'This ' ? pass : fail(`the text is "${first}"`);
      }),
  },
  {
    id: 'T122',
    title: 'a response that is dropped unread is collected, and its connection is closed',
    run: column =>
      whileOpen(column, {}, async (client, {arrivals}) => {
        await open(client);
        // Some clients send when the stream is read, or a moment after they have handed it over.
        await becomes(() => arrivals.some(({events}) => events > 0), 1000);
        const isClosed = (): boolean => arrivals.every(({result}) => result === 'aborted');
        return (await becomes(isClosed, 5000, garbageCollector())) ? pass : fail('the connection stays open');
      }),
  },
  {
    id: 'T123',
    title: 'no timer of an open stream without a pending read keeps the process alive',
    async run({id}) {
      const program = fileURLToPath(new URL('leave-open.ts', import.meta.url));
      const {error, stdout} = await new Promise<{readonly error: Error | null; readonly stdout: string}>(resolve => {
        const args = ['--no-warnings', program, id];
        execFile(process.execPath, args, {timeout: LIMIT_MS}, (error, stdout) => resolve({error, stdout}));
      });
      if (stdout !== 'read\n') return fail(`no content: ${error?.message}`);
      return error === null ? pass : fail(`the process still runs after ${LIMIT_MS / 1000} s`);
    },
  },
];

/** Opens a stream and keeps nothing of it. */
async function open(client: ModelClient): Promise<void> {
  await client.open(QUESTION);
}
