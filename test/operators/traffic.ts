/**
 * What an application does on a bad day, each story under a span of its own. Run with `--import` of register, it sends its spans where
 * OTEL_EXPORTER_OTLP_ENDPOINT says; it prints the trace id of each story as JSON, and ends by itself.
 *
 * Two arguments: the base of the backoff, and how long the server takes to answer, in ms. Short by default, so that a story takes milliseconds.
 */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout} from 'node:timers/promises';
import {SpanStatusCode, trace} from '@opentelemetry/api';
import ky from 'ky';
import {useFixedBreakers, useModelEndpoints} from '../../src/features.ts';
import {createFetch, definePolicy, resilience} from '../../src/index.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

useFixedBreakers();
useModelEndpoints();

type Story = (url: string) => Promise<unknown>;

const [baseMs = 2, answerMs = 0] = process.argv.slice(2).map(Number);
const quick: PolicyInput = {
  backoff: {baseMs, throttledBaseMs: baseMs, jitter: 'equal'},
  breaker: null,
  budget: null,
};
const body = {method: 'POST', body: '{"input": "a cat"}'} as const;

const stories: Readonly<Record<string, Story>> = {
  'a call that succeeds at once': url => ky.extend(resilience(quick)).get(`${url}/200`).text(),
  'a call that is sent three times': url => ky.extend(resilience(quick)).get(`${url}/503/503/200`).text(),
  'a keyed POST': url => createFetch({...quick, idempotency: {}})(`${url}/503/200`, body),
  'a POST that must not be retried': url => createFetch(quick)(`${url}/503/200`, body),
  'a call that gives up': url => createFetch(quick)(`${url}/500/502/503`),
  'a slow call that is hedged': url =>
    createFetch({...quick, hedge: {delayMs: 20 + baseMs, maxLoadRatio: 1}})(`${url}/slow/200`),
  'a call that takes too long': url =>
    createFetch({...quick, maxAttempts: 2, attemptTimeoutMs: 60 + baseMs})(`${url}/slow/slow`),
  'a call that its caller aborts': url => createFetch(quick)(`${url}/slow`, {signal: AbortSignal.timeout(30)}),
  'a call into an open breaker': async url => {
    const policy = definePolicy({...quick, maxAttempts: 1, breaker: {kind: 'consecutive', failures: 2}});
    const send = createFetch(policy);
    for (let failures = 0; failures < 2; failures++) {
      await send(`${url}/503`);
      await setTimeout(3); // The SDK's times of spans have a resolution of milliseconds.
    }
    return send(`${url}/200`);
  },
  'a call to a model that throttles': url => createFetch({...quick, name: 'model'})(`${url}/429/200?api_key=secret`),
};

/** `/503/200` answers 503, then 200, over and over, for every story by itself. */
const seen = new Map<string, number>();
async function answer({url = ''}: IncomingMessage, response: ServerResponse): Promise<void> {
  const [story = '', ...script] = url.split('?')[0]!.slice(1).split('/');
  const turn = seen.get(story) ?? 0;
  seen.set(story, turn + 1);
  const word = script[turn % script.length] ?? '200';
  if (word === 'slow') return;
  await setTimeout(answerMs);
  response.writeHead(Number(word), word === '429' ? {'retry-after-ms': '5'} : {}).end('ok');
}

const server = createServer(answer).listen(0, '127.0.0.1');
await new Promise(resolve => server.once('listening', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const tracer = trace.getTracer('traffic');
const traceIds: Record<string, string> = {};

for (const [index, [name, story]] of Object.entries(stories).entries()) {
  await tracer.startActiveSpan(name, async span => {
    traceIds[name] = span.spanContext().traceId;
    await story(`${origin}/${index}`).catch(() => span.setStatus({code: SpanStatusCode.ERROR}));
    span.end();
  });
}

console.log(JSON.stringify(traceIds));
server.closeAllConnections();
server.close();
