/**
 * Exactly one CLIENT span for each send, one traceparent in the request, every span ended once, and parents that are right:
 * for both makers of spans, sampled or not, through every adapter, for every outcome.
 */
import {context, type Span, SpanKind, trace} from '@opentelemetry/api';
import {UndiciInstrumentation} from '@opentelemetry/instrumentation-undici';
import {AlwaysOffSampler, AlwaysOnSampler, type ReadableSpan} from '@opentelemetry/sdk-trace';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {
  createFetch,
  definePolicy,
  type PolicyHandle,
  type PolicyInput,
  type Ports,
  resilience,
} from '../../src/index.ts';
import {otelObserver, undiciHooks} from '../../src/telemetry.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {type Answer, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {settle} from '../support/outcome.ts';

type Adapter = (policy: PolicyHandle, ports: Ports, url: string, signal?: AbortSignal) => Promise<unknown>;

const adapters: Record<string, Adapter> = {
  fetch: async (policy, ports, url, signal) => (await createFetch(policy, ports)(url, {signal: signal ?? null})).text(),
  ky: (policy, ports, url, signal) =>
    ky
      .extend(resilience(policy, ports))
      .get(url, signal ? {signal} : {})
      .text(),
  "ky's loop, driven": (policy, ports, url, signal) =>
    ky
      .extend(resilience(policy, ports))
      .get(url, {...(signal && {signal}), hooks: {beforeError: [({error}) => error]}})
      .text(),
  'undici.request': async (policy, ports, url, signal) => {
    const dispatcher = new Agent().compose(resilienceInterceptor(policy, ports));
    try {
      return await (await request(url, {dispatcher, ...(signal && {signal})})).body.text();
    } finally {
      await dispatcher.destroy();
    }
  },
};

interface Story {
  readonly answers: readonly Answer[];
  readonly policy?: PolicyInput;
  /** Aborts once so many requests have arrived. */
  readonly abortAfter?: number;
  /** Calls before the one that is looked at. */
  readonly warmUp?: number;
  /** Attempts. */
  readonly sends: number;
  /** Requests beyond those, by adapters that follow redirects. */
  readonly redirects?: number;
}

const stories: Record<string, Story> = {
  'a success': {answers: [200], sends: 1},
  retries: {answers: [503, 503, 200], sends: 3},
  'retries in vain': {answers: [503], sends: 3},
  'a reset': {answers: ['reset', 200], sends: 2},
  'a hedge': {answers: ['hang', 200], policy: {hedge: {delayMs: 20, maxLoadRatio: 1}, budget: null}, sends: 2},
  'a redirect': {answers: [{status: 307, headers: {location: '?again'}}, 200], sends: 1, redirects: 1},
  'an abort': {answers: ['hang'], abortAfter: 1, sends: 1},
  'an abort of a retry': {answers: [503, 'hang'], abortAfter: 2, sends: 2},
  'attempt timeouts': {answers: ['hang', 200], policy: {attemptTimeoutMs: 250}, sends: 2},
  'a deadline': {answers: ['hang'], policy: {deadlineMs: 400}, sends: 1},
  'a breaker that opens': {
    answers: [503],
    policy: {breaker: {kind: 'consecutive', failures: 2, openMs: 60_000}},
    sends: 2,
  },
  'an open breaker': {
    answers: [503],
    policy: {breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}},
    warmUp: 1,
    sends: 0,
  },
};

type Maker = 'ours, alone' | 'ours, beside instrumentation-undici' | 'delegated to instrumentation-undici';
const makers: readonly Maker[] = [
  'ours, alone',
  'ours, beside instrumentation-undici',
  'delegated to instrumentation-undici',
];

describe('telemetry: one CLIENT span a send', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  for (const maker of makers) {
    for (const sampled of [true, false]) {
      describe(`${maker}, ${sampled ? 'sampled' : 'not sampled'}`, () => {
        let tracing: Tracing;
        let instrumentation: UndiciInstrumentation | null = null;
        const delegates = maker.startsWith('delegated');
        before(() => {
          const sampler = sampled ? new AlwaysOnSampler() : new AlwaysOffSampler();
          instrumentation = maker === 'ours, alone' ? null : new UndiciInstrumentation(delegates ? undiciHooks() : {});
          tracing = new Tracing({sampler, instrumentations: instrumentation === null ? [] : [instrumentation]});
        });
        after(async () => {
          instrumentation?.disable();
          await tracing.stop();
        });
        beforeEach(() => tracing.reset());

        for (const [what, story] of Object.entries(stories)) {
          for (const [adapter, call] of Object.entries(adapters)) {
            it(`${what}, through ${adapter}`, async () => {
              const place = server.place(...story.answers);
              const observer = otelObserver(delegates ? {attemptSpans: 'delegate'} : {});
              const mine = await play(story, place, call, {observer}, tracing);
              await tracing.quiet();

              const redirects = adapter === 'undici.request' ? 0 : (story.redirects ?? 0);
              const requests = place.requests.slice(-(story.sends + redirects) || place.requests.length);
              expect(requests, 'requests received').to.have.length(story.sends + redirects);
              const sent = requests.map(({rawHeaders}) => traceparents(rawHeaders));
              expect(sent.map(values => values.length)).to.deep.equal(requests.map(() => 1));
              if (sampled) expectTree(tracing, mine, sent.flat(), story.sends + (delegates ? redirects : 0));
              else expectUnsampled(tracing, sent.flat(), mine);
              expect(tracing.open, 'left open').to.deep.equal([]);
              expect(tracing.complaints, 'ended twice').to.deep.equal([]);
            });
          }
        }
      });
    }
  }

  async function play(story: Story, place: Place, call: Adapter, ports: Ports, tracing: Tracing): Promise<Span> {
    const policy = definePolicy({backoff: {baseMs: 1, throttledBaseMs: 1}, ...story.policy});
    for (let count = 0; count < (story.warmUp ?? 0); count++) await settle(() => call(policy, ports, place.url));
    if (story.warmUp !== undefined) {
      await tracing.quiet();
      tracing.reset();
      place.requests.length = 0;
    }
    const controller = new AbortController();
    if (story.abortAfter !== undefined) place.arrived(story.abortAfter).then(() => controller.abort());
    const mine = trace.getTracer('mine').startSpan('mine');
    await context.with(trace.setSpan(context.active(), mine), () =>
      settle(() => call(policy, ports, place.url, controller.signal)),
    );
    mine.end();
    return mine;
  }
});

function expectTree(tracing: Tracing, mine: Span, sent: readonly string[], clients: number): void {
  const call = tracing.spans.find(({name}) => name === 'steadfetch GET')!;
  const spans = tracing.attempts;
  expect(spans, 'CLIENT spans').to.have.length(clients);
  expect(new Set(sent), 'traceparents').to.deep.equal(new Set(spans.map(traceparentOf)));
  expect(parentOf(call)).to.equal(mine.spanContext().spanId);
  for (const span of spans) {
    expect(parentOf(span)).to.equal(call.spanContext().spanId);
    expect(span.spanContext().traceId).to.equal(mine.spanContext().traceId);
  }
  const retries = spans.map(({attributes}) => attributes['http.request.resend_count']);
  expect(retries).to.deep.equal(spans.map((_, index) => (index === 0 ? undefined : index)));
  const hedges = spans.filter(({attributes}) => attributes['steadfetch.attempt.kind'] === 'hedge');
  expect(hedges).to.have.length(call.attributes['steadfetch.call.hedges'] as number);
  for (const {links} of hedges)
    expect(links.map(({context}) => context.spanId)).to.deep.equal([spans[0]!.spanContext().spanId]);
  expect(tracing.spans.filter(({kind}) => kind === SpanKind.INTERNAL)).to.have.length(2); // The call, and mine.
}

function expectUnsampled(tracing: Tracing, sent: readonly string[], mine: Span): void {
  expect(tracing.spans).to.deep.equal([]);
  for (const value of sent) expect(value).to.match(new RegExp(`^00-${mine.spanContext().traceId}-[0-9a-f]{16}-00$`));
}

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

/** Every one of them, were there two. */
const traceparents = (rawHeaders: readonly string[]): string[] =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() === 'traceparent' ? [rawHeaders[index + 1]!] : [],
  );
