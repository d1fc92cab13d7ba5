/** Scenes of waits: each backoff, each hint of a server, deadlines that are passed on, keys and headers of attempts. */
import type {PolicyInput} from '../../src/core.ts';
import type {BackoffInput, CallOverrides} from '../../src/policy/types.ts';
import {withDeadline} from '../../src/server.ts';
import type {Answer} from './answers.ts';
import {oddClock} from './clocks.ts';
import {anyMethod, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const UNGUARDED: PolicyInput = {...QUICK, budget: null, breaker: null};

const BACKOFFS: Readonly<Record<string, BackoffInput>> = {
  exponential: {baseMs: 20, factor: 3, capMs: 150, throttledBaseMs: 90, jitter: 'none'},
  decorrelated: {kind: 'exponential', baseMs: 20, capMs: 400, throttledBaseMs: 0, jitter: 'decorrelated'},
  linear: {kind: 'linear', baseMs: 10, stepMs: 30, capMs: 80, jitter: 'equal'},
  constant: {kind: 'constant', delayMs: 70, throttledBaseMs: 200, jitter: 'full'},
  list: {kind: 'list', delaysMs: [5, 50, 500], jitter: 'none'},
};

const oneOf =
  (...answers: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => ({afterMs: stage.random() * 60, ...stage.pick(answers)});

const backoffs = Object.fromEntries(
  Object.entries(BACKOFFS).map(([name, backoff]) => [
    `${name} backoff`,
    {
      policy: {...UNGUARDED, maxAttempts: 5, backoff},
      answer: oneOf({status: 503}, {status: 503}, {status: 429}, {}),
      calls: 6,
      isBrief: true,
    },
  ]),
);

const HINTS: readonly Answer[] = [
  {status: 503, headers: {'retry-after': '0'}},
  {status: 503, headers: {'retry-after': '1'}},
  {status: 503, headers: {'retry-after': '9999'}},
  {status: 503, headers: {'retry-after': 'soon'}},
  {status: 503, headers: {'retry-after': 'Thu, 01 Jan 2026 00:00:02 GMT'}},
  {status: 503, headers: {'retry-after': 'Thu, 01 Jan 2026 00:00:02 GMT', date: 'Thu, 01 Jan 2026 00:00:01 GMT'}},
  {status: 503, headers: {'retry-after-ms': '150'}},
  {status: 429, headers: {'x-ms-retry-after-ms': '250', 'retry-after': '3'}},
  {status: 429, headers: {ratelimit: '"default";r=0;t=1'}},
  {status: 429, headers: {'x-ratelimit-reset': '1'}},
  {status: 503, headers: {'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '1'}},
  {status: 429, headers: {'ratelimit-remaining': '0', 'ratelimit-reset': '1'}},
  {},
];

export const waitScenes: Scenes = scenesOf(1900, {
  ...backoffs,
  'hints of the server': {
    isBrief: true,
    policy: {...UNGUARDED, maxAttempts: 4, retryAfter: {maxMs: 2500}},
    answer: oneOf(...HINTS),
    calls: 12,
  },
  'hints that are not honored': {
    isBrief: true,
    policy: {...UNGUARDED, retryAfter: {honor: false}},
    answer: oneOf(...HINTS),
    calls: 8,
  },
  'hints as dates, while the wall clock jumps': {
    isBrief: true,
    policy: {...UNGUARDED, retryAfter: {maxMs: 5000}},
    answer: oneOf(...HINTS.filter(({headers}) => headers?.['retry-after']?.endsWith('GMT'))),
    engineClock: oddClock({wallOffsetMs: now => (now > 800 ? -3000 : now > 400 ? 1500 : 0)}),
    calls: 10,
  },
  'a deadline that ends waits, attempts and bodies': {
    policy: {...UNGUARDED, deadlineMs: 400, attemptTimeoutMs: null},
    answer: (_arrival, stage) =>
      stage.pick<Answer>([
        {status: 503},
        {fails: 'hang'},
        {body: ['a', 900, 'b']},
        {afterMs: 390, body: ['a', 90]},
        {},
      ]),
    calls: 14,
  },
  'deadlines that a request passes on': {
    policy: {...UNGUARDED, deadlineHeader: 'x-deadline-ms', attemptHeader: 'x-attempt', deadlineMs: 1000},
    answer: oneOf({status: 503}, {fails: 'hang'}, {}),
    call: stage => ({resilience: stage.pick([{}, {deadlineMs: 200}, {attemptTimeoutMs: 60}])}),
    ports: stage => ({
      prepareAttempt: () => stage.clock.sleep(stage.random() * 50),
    }),
    calls: 12,
  },
  'calls in the handler of a request that has a deadline': {
    isBrief: true,
    policy: {...UNGUARDED, deadlineHeader: 'x-deadline-ms'},
    answer: oneOf({status: 503}, {fails: 'hang'}, {}, {body: ['a', 300, 'b']}),
    around: (stage, call) => {
      const headers = {'x-request-timeout-ms': stage.pick(['40', '200', '700', '0', 'x'])};
      return withDeadline(call, {clock: stage.clock})(new Request('https://here.test/', {headers}));
    },
    calls: 14,
  },
  'keys, ids, and attempts that are numbered': {
    policy: {
      ...UNGUARDED,
      idempotency: {header: 'X-Key', format: 'sf-string', methods: ['POST', 'PUT']},
      correlation: {header: 'x-trace', requestIdHeader: 'x-request-id', sendTo: ['https://api.test']},
      attemptHeader: 'x-attempt',
      queryAllowList: ['page'],
    },
    answer: oneOf({status: 503}, {status: 409}, {status: 422}, {fails: 'ECONNRESET'}, {}),
    call: stage => ({
      ...anyMethod(stage),
      url: stage.pick([
        'https://api.test/items?page=2&token=x#part',
        'https://user:word@b.test/items',
        'https://b.test/',
      ]),
      headers: stage.pick<Record<string, string>>([
        {},
        {},
        {'x-key': '"mine"'},
        {'x-trace': 'mine', 'x-request-id': 'mine'},
        {'x-trace': ''},
      ]),
      resilience: stage.pick([{}, {correlationId: 'given'}, {idempotencyKey: 'given'}]),
    }),
    calls: 18,
  },
  'no ids at all': {
    isBrief: true,
    policy: {...UNGUARDED, correlation: null},
    answer: oneOf({status: 503}, {}),
    call: anyMethod,
    calls: 6,
  },
  'what is retried': {
    isBrief: true,
    policy: {...UNGUARDED, retryOn: ['4xx', '5xx', 'network'], maxAttempts: 'unlimited', deadlineMs: 500},
    answer: oneOf(
      {status: 404},
      {status: 501},
      {status: 505},
      {status: 418},
      {fails: 'hang'},
      {fails: 'ENOTFOUND'},
      {},
    ),
    call: anyMethod,
    calls: 12,
  },
  'no time limits, and no attempts of ours': {
    isBrief: true,
    policy: {...UNGUARDED, maxAttempts: null, deadlineMs: null, attemptTimeoutMs: null},
    answer: oneOf({status: 503}, {fails: 'ECONNRESET'}, {}),
    call: stage => ({...anyMethod(stage), resilience: stage.pick([{}, {maxAttempts: 2}])}),
    calls: 8,
  },
  'overrides that are wrong': {
    isBrief: true,
    policy: UNGUARDED,
    answer: oneOf({}),
    call: stage => ({
      resilience: stage.pick<CallOverrides>([
        {maxAttempts: 0},
        {budget: {} as never},
        {no: 1} as CallOverrides,
        {deadlineMs: 'x' as never},
        {paid: {maxPaidAttempts: 0}},
      ]),
    }),
    calls: 6,
  },
});
