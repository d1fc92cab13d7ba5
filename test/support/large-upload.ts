/**
 * A process that uploads chunks of 64 KiB through one adapter and says how much of it was in memory at the most.
 *
 * Usage: node --expose-gc large-upload.ts ky|fetch|undici URL CHUNKS
 */
import ky from 'ky';
import {Agent, fetch as undiciFetch} from 'undici';
import {createFetch, resilience} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';

const [adapter, url = '', chunks] = process.argv.slice(2);
const CHUNKS = Number(chunks);
const chunk = new Uint8Array(65_536);
let sent = 0;
let most = 0;
const body = new ReadableStream<Uint8Array>(
  {
    pull(controller) {
      // Collected first: what counts is what is held, not what lies about.
      if (sent % 200 === 0) {
        globalThis.gc!();
        most = Math.max(most, process.memoryUsage().arrayBuffers);
      }
      if (sent++ < CHUNKS) controller.enqueue(chunk.slice());
      else controller.close();
    },
  },
  {highWaterMark: 1},
);
// Where redirects may be followed, Node's own fetch keeps the whole body for them.
const init = {method: 'PUT', body, redirect: 'error', duplex: 'half'} as const;
/** Time is not what is measured here, and a busy machine takes more than the default. */
const policy = {attemptTimeoutMs: 300_000, deadlineMs: 300_000};
async function upload(): Promise<number> {
  if (adapter === 'ky') return (await ky.extend(resilience(policy)).put(url, init)).status;
  if (adapter === 'fetch') return (await createFetch(policy)(url, init as RequestInit)).status;
  const dispatcher = new Agent().compose(resilienceInterceptor(policy));
  return (await undiciFetch(url, {...init, dispatcher})).status;
}
console.log(JSON.stringify({status: await upload(), mostMb: Math.round(most / 1e6)}));
process.exit();
