/**
 * What leaves the process, byte for byte: a run of every story through every adapter is exported over OTLP, decoded by the published
 * schema, and compared with the package of the semantic conventions. And not one byte of a secret is in it, wherever the secret was.
 */
import {NodeSDK} from '@opentelemetry/sdk-node';
import {expect} from 'chai';
import ky from 'ky';
import {pino} from 'pino';
import {Agent, request} from 'undici';
import {
  createFetch,
  definePolicy,
  type PolicyInput,
  type Ports,
  resilience,
  type SteadfetchEvent,
} from '../../src/index.ts';
import {logToConsole, logToPino} from '../../src/log.ts';
import {otelObserver} from '../../src/telemetry.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {type Answer, deadUrl, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {unregister} from '../support/otel.ts';
import {checkLog, checkMetric, checkSpan, valuesOf} from '../support/otlp/checks.ts';
import {LOGS, METRICS} from '../support/otlp/conventions.ts';
import type {KeyValue} from '../support/otlp/payload.ts';
import {OtlpCollector} from '../support/otlp/receiver.ts';
import {PACKAGE_VERSION} from '../support/otlp/semconv.ts';
import {settle} from '../support/outcome.ts';
import {playOtherAdapters} from './other-adapters.ts';

/** In every place where a secret may be. Letters and digits, so that no encoding hides it. */
const SECRET = 'S3CR3Tx7Qz';
const KEYS = [
  ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'AWSAccessKeyId', 'Signature', 'sig'],
  ...['X-Goog-Signature', 'token', 'Access_Token', 'refresh_token', 'id_token', 'api_key', 'APIKEY', 'key', 'code'],
  ...['password', 'secret', 'client_secret', 'auth', 'session', '%74oken', 'a%5Bb%5D=1;token'],
];
const QUERY = `?q=1&${KEYS.map((key, index) => `${key}=${SECRET}${index}`).join('&')}&next=https%3A%2F%2Fu%3A${SECRET}%40h%2F#${SECRET}`;
const HEADERS = {
  authorization: `Bearer ${SECRET}`,
  cookie: `sid=${SECRET}`,
  'x-api-key': SECRET,
  'idempotency-key': SECRET,
  referer: `https://u:${SECRET}@h/?token=${SECRET}`,
  'x-correlation-id': `not an id ${SECRET}`,
};
const ANSWER_HEADERS = {
  'set-cookie': `sid=${SECRET}`,
  location: `/next?token=${SECRET}`,
  'www-authenticate': `Basic ${SECRET}`,
  link: `<https://u:${SECRET}@h/?sig=${SECRET}>; rel=next`,
};
const captureHeaders = {request: ['referer', 'user-agent'], response: ['location', 'link', 'content-type']};

const quick: PolicyInput = {
  name: 'standard',
  backoff: {baseMs: 1, throttledBaseMs: 1},
  queryAllowList: ['q', 'token', 'key'],
};
const secretAnswer = (status: number): Answer => ({status, headers: ANSWER_HEADERS, body: `{"token":"${SECRET}"}`});

const leak = (): never => {
  throw Object.assign(new Error(`at https://u:${SECRET}@h/?token=${SECRET}`, {cause: new Error(SECRET)}), {
    name: SECRET,
    code: `ERR_${SECRET}`,
  });
};

interface Story {
  readonly answers: readonly Answer[];
  readonly policy?: PolicyInput;
  readonly ports?: Ports;
  readonly init?: RequestInit;
  readonly abortAfter?: number;
  readonly times?: number;
}
const stories: Record<string, Story> = {
  'a success': {answers: [secretAnswer(200)]},
  retries: {answers: [secretAnswer(503), secretAnswer(200)]},
  'retries in vain': {answers: [secretAnswer(503)], policy: {routes: [{match: {path: '/*'}, name: 'routed'}]}},
  'a hint': {answers: [{status: 429, headers: {'retry-after-ms': '2', ...ANSWER_HEADERS}}, secretAnswer(200)]},
  'a POST that may have acted': {answers: [secretAnswer(503)], init: {method: 'POST', body: SECRET}},
  'a method of its own': {answers: [secretAnswer(200)], init: {method: 'PURGE'}},
  'a reset': {answers: ['reset', secretAnswer(200)]},
  'attempt timeouts': {answers: ['hang'], policy: {attemptTimeoutMs: 40, maxAttempts: 2}},
  'a deadline': {answers: ['hang'], policy: {deadlineMs: 60}},
  'an abort': {answers: ['hang'], abortAfter: 1},
  'a redirect': {answers: [{...(secretAnswer(307) as object)}, secretAnswer(200)]},
  'a hedge': {
    answers: ['hang', secretAnswer(200)],
    policy: {hedge: {delayMs: 15, maxLoadRatio: 1}, budget: null},
  },
  'a paid answer': {
    answers: [secretAnswer(500), secretAnswer(200)],
    policy: {paid: {}, idempotentMethods: ['POST']},
    init: {method: 'POST', body: SECRET},
  },
  'an open breaker': {
    answers: [secretAnswer(500)],
    policy: {breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}},
    times: 2,
  },
  'an empty budget': {
    answers: [secretAnswer(503)],
    policy: {budget: {kind: 'token-bucket', capacity: 10, retryCost: 10}},
    times: 2,
  },
  'an adaptive limit': {answers: [secretAnswer(429), secretAnswer(200)], policy: {concurrency: {kind: 'adaptive'}}},
  'a quota': {
    answers: [secretAnswer(200)],
    policy: {quota: {limits: [{unit: 'requests', max: 1, perMs: 100}]}},
    times: 2,
  },
  'an event stream': {
    answers: [
      {
        status: 200,
        headers: {'content-type': 'text/event-stream', ...ANSWER_HEADERS},
        body: `: ping\n\ndata: {"token":"${SECRET}"}\n\n`,
      },
    ],
    policy: {stream: {}},
  },
  'a client above that retries': {
    answers: [secretAnswer(200)],
    init: {headers: {'x-stainless-retry-count': '2'}},
  },
  'a reason of its own': {
    answers: [secretAnswer(200)],
    policy: {maxAttempts: 2},
    ports: {classify: () => ({transient: true, reason: `see https://u:${SECRET}@h/?sig=${SECRET}`})},
  },
  'a hook that throws': {answers: [secretAnswer(200)], ports: {prepareAttempt: leak}},
  'a classify that throws': {answers: [secretAnswer(200)], ports: {classify: leak}},
  'a fetch that throws': {answers: [secretAnswer(200)], ports: {fetch: leak}},
};

describe(`telemetry: semantic conventions ${PACKAGE_VERSION} and redaction, over OTLP`, () => {
  for (const [protocol, compression] of [
    ['http/json', 'none'],
    ['http/protobuf', 'gzip'],
  ] as const) {
    describe(`${protocol}, ${compression === 'gzip' ? 'zipped' : 'plain'}`, () => {
      let collector: OtlpCollector;
      const lines: string[] = [];

      before(async () => {
        collector = await OtlpCollector.start();
        const restore = setEnvironment({
          OTEL_METRICS_EXPORTER: 'otlp',
          OTEL_LOGS_EXPORTER: 'otlp',
          OTEL_TRACES_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_COMPRESSION: compression,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        });
        const sdk = new NodeSDK({instrumentations: [], autoDetectResources: false});
        sdk.start();
        try {
          await playAll(lines);
        } finally {
          await sdk.shutdown();
          kept.length = 0;
          unregister();
          restore();
        }
      });
      after(() => collector.close());

      it('every payload is OTLP as it is published', () => {
        expect(collector.refused).to.deep.equal([]);
        const forms = new Set(
          collector.received.map(({signal, contentType, encoding}) => `${signal} ${contentType} ${encoding}`),
        );
        const form = protocol === 'http/json' ? 'application/json ' : 'application/x-protobuf gzip';
        expect([...forms].sort()).to.deep.equal(['logs', 'metrics', 'traces'].map(signal => `${signal} ${form}`));
      });

      it('the scope is the package, the resource names the service and the SDK', async () => {
        const {default: pack} = await import('../../package.json', {with: {type: 'json'}});
        for (const some of [scopeSpans(), scopeMetrics(), scopeLogs(), collector.traces]) expect(some).not.to.be.empty;
        for (const {scope, schemaUrl} of [...scopeSpans(), ...scopeMetrics(), ...scopeLogs()]) {
          expect(scope).to.include({name: pack.name, version: pack.version});
          expect(schemaUrl).to.equal(`https://opentelemetry.io/schemas/${PACKAGE_VERSION}`);
        }
        for (const {resource} of collector.traces.flatMap(({resourceSpans}) => resourceSpans))
          expect(valuesOf(resource.attributes)).to.include.keys('service.name', 'telemetry.sdk.language');
      });

      it('every span: name, kind, attributes, events, links, status', () => {
        const spans = scopeSpans().flatMap(each => each.spans);
        expect(spans.length).to.be.above(60);
        for (const span of spans) checkSpan(span);
        expect(new Set(spans.map(({spanId}) => spanId)).size, 'ended once').to.equal(spans.length);
      });

      it('every metric: unit, form, attributes; and all of them are there', () => {
        const found = scopeMetrics().flatMap(each => each.metrics);
        for (const metric of found) checkMetric(metric);
        expect([...new Set(found.map(({name}) => name))]).to.have.members(Object.keys(METRICS));
      });

      it('every log record: name, severity, attributes, ids of its trace; and all kinds are there', () => {
        const found = scopeLogs().flatMap(each => each.logRecords);
        for (const record of found) checkLog(record);
        expect(new Set(found.map(({eventName}) => eventName))).to.deep.equal(new Set(Object.keys(LOGS)));
      });

      it('not one byte of a secret is in any payload, or in any line of a log', () => {
        for (const {signal, bytes} of collector.received) {
          expect(bytes.includes(SECRET), signal).to.equal(false);
          expect(bytes.includes(Buffer.from(SECRET).toString('base64').slice(0, 8)), `${signal}, base64`).to.equal(
            false,
          );
        }
        expect(lines.length).to.be.above(60);
        expect(lines.filter(line => line.includes(SECRET))).to.deep.equal([]);
      });

      it('and what is no secret is still there', () => {
        const urls = scopeSpans()
          .flatMap(each => each.spans)
          .map(({attributes}) => valuesOf(attributes as KeyValue[])['url.full']);
        expect(urls.filter(url => String(url).includes('?q=1&X-Amz-Signature=REDACTED&')).length).to.be.above(20);
      });

      const scopeSpans = () =>
        collector.traces.flatMap(({resourceSpans}) => resourceSpans).flatMap(each => each.scopeSpans);
      const scopeMetrics = () =>
        collector.metrics.flatMap(({resourceMetrics}) => resourceMetrics).flatMap(each => each.scopeMetrics);
      const scopeLogs = () => collector.logs.flatMap(({resourceLogs}) => resourceLogs).flatMap(each => each.scopeLogs);
    });
  }
});

/** Runs every story through every adapter, and stories that only some adapters support. */
/** Clients and policies whose guards are reported until the SDK ends. */
const kept: unknown[] = [];

async function playAll(lines: string[]): Promise<void> {
  const server = await LoopbackServer.start();
  const logger = pino({}, {write: (text: string) => void lines.push(text)});
  const toConsole = logToConsole({info: text => lines.push(String(text)), warn: text => lines.push(String(text))});
  const toPino = logToPino(logger);
  const ports = {
    observer: otelObserver({captureHeaders, bodySpans: true, requestDuration: true}),
    on: (event: SteadfetchEvent) => {
      toConsole(event);
      toPino(event);
    },
  };
  try {
    for (const story of Object.values(stories)) await play(story, server, ports);
    const fetch = createFetch(quick, ports);
    await settle(() => fetch(`http://user:${SECRET}@127.0.0.1:1/`)); // fetch refuses, with a message that repeats it.
    await settle(async () => fetch(`${await deadUrl()}${QUERY}`, {headers: HEADERS}));
    await settle(() => fetch(server.place(200).url, {signal: AbortSignal.abort(new Error(SECRET))}));
    const endpoints = [
      {name: 'away', origin: new URL(await deadUrl()).origin, readyPath: '/ready'},
      {name: 'up', origin: server.origin, rank: 2},
    ];
    const moving = createFetch({...quick, endpoints, failover: {sharedCredentials: true}}, ports);
    kept.push(fetch, moving);
    const {pathname} = new URL(server.place(200).url);
    await settle(() => moving(`${endpoints[0]!.origin}${pathname}${QUERY}`, {headers: HEADERS}));
    await settle(() =>
      ky
        .extend(resilience(quick, ports))
        .get(server.place(200).url + QUERY, {retry: 0, hooks: {beforeRequest: [leak]}}),
    );
    await playOtherAdapters(ports, SECRET);
  } finally {
    await server.close();
  }
}

async function play({answers, policy, ports, init, abortAfter, times = 1}: Story, server: LoopbackServer, base: Ports) {
  const handle = definePolicy({...quick, ...policy});
  kept.push(handle);
  const all = {...base, ...ports};
  const {fetch, ...others} = all;
  const agent = new Agent();
  const {method = 'GET', body = null} = init ?? {};
  const adapters: ((url: string, signal: AbortSignal) => Promise<unknown>)[] = [
    async (url, signal) => (await createFetch(handle, all)(url, {...init, headers: HEADERS, signal})).text(),
    async (url, signal) =>
      ky
        .extend(resilience(handle, others))(url, {...init, headers: HEADERS, signal, ...(fetch && {fetch})})
        .text(),
    async (url, signal) => {
      const dispatcher = agent.compose(resilienceInterceptor(handle, others));
      const options = {method, body: body as string | null, headers: HEADERS, signal, dispatcher};
      return (await request(url.replace(/#.*/, ''), options as never)).body.text();
    },
  ];
  for (const adapter of adapters) {
    const place: Place = server.place(...answers);
    const controller = new AbortController();
    if (abortAfter !== undefined) place.arrived(abortAfter).then(() => controller.abort(new Error(SECRET)));
    for (let count = 0; count < times; count++) await settle(() => adapter(place.url + QUERY, controller.signal));
  }
  await agent.destroy();
}

function setEnvironment(values: Record<string, string>): () => void {
  const before = Object.keys(values).map(name => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
