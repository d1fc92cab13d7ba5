/**
 * The course's first exercise: a client for a model endpoint that retries without doing harm.
 *
 * 2 s per attempt, 4 attempts, 200 ms base with full jitter, max(Retry-After, backoff), one Idempotency-Key a call, and a log
 * line for each attempt. `node examples/predict-with-retry.ts` runs it against a server that is down twice.
 */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createFetch, type PolicyInput, type Ports, reportOf} from '../src/index.ts';

const policy: PolicyInput = {
  version: 1,
  name: 'predict',
  maxAttempts: 4,
  attemptTimeoutMs: 2000,
  deadlineMs: 30_000,
  retryOn: [429, 500, 502, 503, 504, 'network', 'timeout'],
  backoff: {kind: 'exponential', baseMs: 200, throttledBaseMs: 200, jitter: 'full'},
  idempotency: {header: 'Idempotency-Key'},
};

/** Sends the payload to the model and gives its answer, or throws an error that says what happened and why it stopped. */
export type PredictWithRetry = (url: string, payload: unknown) => Promise<unknown>;

/** One client for all calls: they share the retry budget and the circuit breaker of each origin. */
export function createPredict(ports: Ports = {on: logLine}): PredictWithRetry {
  const fetch = createFetch(policy, ports);
  return async (url, payload) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(payload),
    });
    if (!response.ok)
      throw new Error(`The model answered ${response.status}, and the call ends here: ${reportOf(response)?.reason}.`);
    return response.json();
  };
}

export const predictWithRetry: PredictWithRetry = createPredict();

/** The fields of a log line: correlation id, attempt, status or error, latency; at the end, the outcome. */
function logLine(event: Parameters<NonNullable<Ports['on']>>[0]): void {
  switch (event.type) {
    case 'attempt.end':
      console.log(
        `${event.call.correlationId} attempt ${event.attempt}: ${event.status ?? event.reason} after ${Math.round(event.latencyMs)} ms`,
      );
      break;
    case 'retry.scheduled':
      console.log(
        `${event.call.correlationId} attempt ${event.attempt} in ${Math.round(event.waitMs)} ms (${event.waitSource})`,
      );
      break;
    case 'call.end':
      console.log(`${event.call.correlationId} ${event.result} after ${event.call.attempts} attempts: ${event.reason}`);
  }
}

if (import.meta.main) {
  let requests = 0;
  const server = createServer((_request, response) => {
    if (++requests < 3) response.writeHead(503).end('{"error": "warming up"}');
    else response.end('{"label": "cat", "score": 0.98}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  console.log(
    await predictWithRetry(`http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`, {image: 'cat.png'}),
  );
  server.closeAllConnections();
  server.close();
}
