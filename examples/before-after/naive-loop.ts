/** Baseline two: the retry loop that blog posts show, and what is wrong with each of its lines. */
import type {Client} from './traffic.ts';

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

async function fetchWithRetry(url: string, options: RequestInit, retries = 3, delay = 300): Promise<Response> {
  try {
    // The one line added to the usual text, so that a hang ends at all: most versions wait until the runtime gives up.
    const response = await fetch(url, {...options, signal: AbortSignal.timeout(2000)});
    // A 404 is "retried" like a 503. The answer, its body and its Retry-After are thrown away, the connection with them.
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response;
  } catch (error) {
    // Every error is taken for "nothing happened". After a reset or a hang the server may have charged the order, and a
    // POST without an idempotency key charges it again.
    // No budget either: while the server is down each call is four requests, and that keeps it down.
    if (retries === 0) throw error;
    // The same wait for everyone: clients that failed together come back together. And sooner than a 429 asked for.
    await sleep(delay);
    return fetchWithRetry(url, options, retries - 1, delay);
  }
}

export const naiveLoop: Client = ({method, body}, url) =>
  fetchWithRetry(url, {method, body, headers: body === null ? {} : {'Content-Type': 'application/json'}});
