/** Scenes with a quota: its queue, what it learns, tokens, and the guards and features that meet it. */
import type {PolicyInput} from '../../src/core.ts';
import type {QuotaInput} from '../../src/policy/types.ts';
import {type Answer, events} from './answers.ts';
import {anyMethod, type Call, HOME, leavingAfter, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const REQUESTS: QuotaInput = {limits: [{unit: 'requests', max: 5, perMs: 1000}], maxWaitMs: 1500, learn: false};
const TOKENS: QuotaInput = {
  limits: [
    {unit: 'tokens', max: 1000, perMs: 2000},
    {unit: 'outputTokens', max: 600, perMs: 2000},
  ],
  maxWaitMs: 5000,
};

const quota = (settings: QuotaInput, more: PolicyInput = {}): PolicyInput => ({
  ...QUICK,
  budget: null,
  quota: settings,
  ...more,
});

/** One of these answers, each with the same chance, or success with `okShare`. */
const often =
  (okShare: number, ...answers: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => {
    const afterMs = 10 + stage.random() * 90;
    return stage.random() < okShare ? {afterMs} : {afterMs, ...stage.pick(answers)};
  };

const BUSY: readonly Answer[] = [{status: 429}, {status: 429, headers: {'retry-after': '1'}}, {status: 503}];
const prompt = (stage: Stage): Call => ({
  method: 'POST',
  headers: {'content-type': 'application/json'},
  body: JSON.stringify({prompt: 'x'.repeat(stage.pick([40, 400, 1200])), max_tokens: stage.pick([10, 100, 700])}),
});

export const quotaScenes: Scenes = scenesOf(1300, {
  'requests that wait in the queue': {policy: quota(REQUESTS), answer: often(0.7, ...BUSY), call: anyMethod, calls: 14},
  'a queue that is full, and a wait that is too long': {
    isBrief: true,
    policy: quota({...REQUESTS, queue: 2}),
    answer: often(0.8, {status: 503}),
    calls: 16,
    spreadMs: 800,
  },
  'callers that leave the queue': {
    policy: quota(REQUESTS),
    answer: often(0.7, ...BUSY, {fails: 'hang'}),
    call: leavingAfter(-1, 0, 30, 300, 800, null),
    calls: 16,
    spreadMs: 900,
  },
  'retries are switched off, and the policy replaced, while calls wait': {
    isBrief: true,
    policy: quota(REQUESTS),
    answer: often(0.3, ...BUSY),
    calls: 12,
    spreadMs: 700,
    meanwhile: ({clock, handle}) => {
      void clock.sleep(500).then(() => handle.disableRetries());
      void clock.sleep(1500).then(() => handle.enableRetries());
      void clock.sleep(1700).then(() => handle.replace(quota({...REQUESTS, queue: 1})));
    },
  },
  'tokens, weighed and estimated': {
    isBrief: true,
    policy: quota(TOKENS, {idempotentMethods: ['POST'], deadlineMs: 9000}),
    answer: (_arrival, stage) => ({
      status: stage.pick([200, 200, 200, 429]),
      afterMs: 50,
      body: `{"usage":{"prompt_tokens":${stage.pick([20, 300])},"completion_tokens":${stage.pick([5, 90])}}}`,
    }),
    ports: stage => ({
      weigh: ({bodyText}) => {
        const chance = stage.random();
        if (chance < 0.1) throw new Error('cannot count');
        if (chance < 0.3) return {inputTokens: -1};
        return chance < 0.6 ? {inputTokens: bodyText!.length / 8, outputTokens: 50} : {};
      },
    }),
    call: prompt,
    calls: 16,
  },
  'tokens of an event stream': {
    policy: quota(TOKENS, {idempotentMethods: ['POST'], stream: {}}),
    answer: (_arrival, stage) =>
      events(
        {type: 'message_start', message: {content: [], usage: {input_tokens: stage.pick([10, 200])}}},
        30,
        {type: 'content_block_delta', delta: {type: 'text', text: 'Hello'}},
        30,
        {type: 'message_delta', usage: {output_tokens: stage.pick([3, 150])}},
      ),
    call: prompt,
    calls: 8,
  },
  'a rate that is learned': {
    isBrief: true,
    policy: quota({limits: [], learn: true, maxWaitMs: 4000}, {deadlineMs: 6000}),
    answer: (_arrival, stage) =>
      stage.random() < 0.35 ? {status: 429, headers: stage.pick([{}, {'retry-after': '1'}])} : {afterMs: 30},
    calls: 60,
    spreadMs: 6000,
  },
  'a rate that begins low, and an outage': {
    isBrief: true,
    policy: quota({startPerSecond: 4, learn: true, maxWaitMs: 3000}, {deadlineMs: 5000, maxAttempts: 2}),
    answer: (_arrival, {clock}) => ({status: clock.now() > 2000 && clock.now() < 4000 ? 429 : 200, afterMs: 10}),
    calls: 50,
    spreadMs: 8000,
  },
  'a rate of a few requests a minute': {
    isBrief: true,
    policy: quota(
      {limits: [], learn: true, startPerSecond: 1, maxWaitMs: 60_000},
      {deadlineMs: 90_000, maxAttempts: 2},
    ),
    answer: ({number}) => ({status: number % 3 === 0 ? 429 : 200, afterMs: 10}),
    calls: 22,
    spreadMs: 60_000,
  },
  'a rate that is not limited until some answers are throttled': {
    isBrief: true,
    policy: quota({limits: [], learn: true, startPerSecond: null, maxWaitMs: 3000}, {maxAttempts: 2}),
    answer: ({number}) => ({status: number % 9 === 0 || (number > 30 && number < 40) ? 429 : 200, afterMs: 10}),
    calls: 45,
    spreadMs: 4000,
  },
  'what the server says is left': {
    isBrief: true,
    policy: quota({
      limits: [{unit: 'requests', max: 20, perMs: 10_000}, ...TOKENS.limits!],
      learn: true,
      maxWaitMs: 4000,
    }),
    answer: ({number}) => ({
      status: number % 5 === 0 ? 429 : 200,
      headers: {
        'x-ratelimit-remaining-requests': String(Math.max(0, 6 - number)),
        'x-ratelimit-reset-requests': '900ms',
        'anthropic-ratelimit-tokens-remaining': number % 4 === 0 ? '0' : '500',
        'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:03Z',
      },
    }),
    call: prompt,
    calls: 12,
  },
  'a server that says late what is left': {
    isBrief: true,
    policy: quota({limits: [{unit: 'requests', max: 60, perMs: 10_000}], learn: true}),
    answer: ({number}) => ({
      headers: number < 14 ? {} : {'x-ratelimit-remaining': String(Math.max(0, 20 - number)), 'x-ratelimit-reset': '1'},
    }),
    calls: 40,
    spreadMs: 5000,
  },
  'requests that can never be sent': {
    isBrief: true,
    policy: quota({limits: [{unit: 'inputTokens', max: 60, perMs: 1000}]}),
    answer: often(1),
    call: prompt,
    calls: 6,
  },
  'one quota for each route': {
    isBrief: true,
    policy: quota({...REQUESTS, scope: 'route'}, {
      routes: [
        {match: {path: '/items'}},
        {name: 'other', match: {path: '/other'}, quota: {...REQUESTS, maxWaitMs: 100}},
      ],
    } as PolicyInput),
    answer: often(0.8, {status: 503}),
    call: stage => ({url: stage.pick([HOME, 'https://api.test/other'])}),
    calls: 14,
    spreadMs: 700,
  },
  'a quota and a concurrency limit': {
    policy: quota(REQUESTS, {concurrency: {max: 2, queue: 3}}),
    answer: (_arrival, stage) => ({afterMs: 100 + stage.random() * 300, status: stage.pick([200, 200, 503, 429])}),
    call: leavingAfter(null, null, 100, 600),
    calls: 18,
    spreadMs: 1200,
  },
  'a quota and hedges': {
    isBrief: true,
    policy: quota(REQUESTS, {hedge: {delayMs: 40, maxLoadRatio: 1}}),
    ports: stage => ({prepareAttempt: () => stage.clock.sleep(stage.pick([0, 0, 30]))}),
    answer: (_arrival, stage) => ({afterMs: stage.pick([10, 100, 200]), status: stage.pick([200, 200, 200, 429])}),
    calls: 12,
  },
  'a quota and a breaker': {
    isBrief: true,
    policy: quota(REQUESTS, {breaker: {kind: 'consecutive', failures: 2, openMs: 600, probes: 1}}),
    answer: often(0.4, {status: 503}, {fails: 'ECONNREFUSED'}, {status: 429}),
    calls: 16,
    spreadMs: 2500,
  },
  'a quota below a client that retries': {
    isBrief: true,
    policy: quota(REQUESTS, {routes: [{match: {path: '/yields'}, nested: 'yield'}]} as PolicyInput),
    answer: often(0.3, ...BUSY),
    call: stage => ({
      url: stage.pick([HOME, 'https://api.test/yields']),
      headers: stage.pick<Record<string, string>>([
        {'x-stainless-retry-count': '0'},
        {'x-stainless-retry-count': '2'},
        {'amz-sdk-request': 'attempt=2; max=3'},
        {'x-envoy-attempt-count': '1'},
        {},
      ]),
    }),
    calls: 14,
  },
  'a quota and an origin that asks for a pause': {
    isBrief: true,
    policy: quota({...REQUESTS, learn: true}, {retryAfter: {scope: 'origin', maxMs: 1500}}),
    answer: often(0.5, ...BUSY, {status: 503, headers: {'retry-after': '2'}}),
    calls: 12,
    spreadMs: 2500,
  },
});
