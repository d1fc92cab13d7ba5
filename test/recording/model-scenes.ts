/** Scenes of model endpoints: what the bodies of errors say, attempts that are paid for, and a client above that retries. */
import type {PolicyInput} from '../../src/core.ts';
import {type Answer, events} from './answers.ts';
import {EU, regions} from './failover-scenes.ts';
import {type Call, HOME, leavingAfter, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const MODEL: PolicyInput = {...QUICK, budget: null, breaker: null, idempotentMethods: ['GET', 'POST'], refusals: {}};
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: {'content-type': 'application/json', ...headers},
});

const REFUSED: readonly Answer[] = [
  json(429, {error: {code: 'insufficient_quota', message: 'no credit'}}),
  json(429, {error: {type: 'tokens', code: 'rate_limit_exceeded', message: 'Please try again in 320ms.'}}),
  json(429, {error: {message: 'Request too large for gpt-x'}}),
  json(400, {type: 'error', error: {type: 'invalid_request_error', message: 'Your credit balance is too low'}}),
  json(529, {type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}}),
  json(503, {error: 'Model x is currently loading', estimated_time: 0.4}),
  json(429, {
    error: {
      status: 'RESOURCE_EXHAUSTED',
      details: [{'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.7s'}],
    },
  }),
  json(429, {
    error: {
      status: 'RESOURCE_EXHAUSTED',
      details: [{'@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{quotaId: 'RequestsPerDay'}]}],
    },
  }),
  json(424, {__type: 'ModelErrorException', message: 'failed'}),
  json(500, {error: {type: 'server_error'}}),
  json(500, 'not json'),
];

const oneOf =
  (...answers: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => ({afterMs: stage.random() * 60, ...stage.pick(answers)});

const ask = (stage: Stage): Call => ({
  method: 'POST',
  headers: {'content-type': 'application/json'},
  body: JSON.stringify({max_tokens: stage.pick([10, 100])}),
});

export const modelScenes: Scenes = scenesOf(1700, {
  'errors whose bodies are read': {isBrief: true, policy: MODEL, answer: oneOf(...REFUSED, {}), call: ask, calls: 24},
  'errors whose bodies are slow, large or broken': {
    isBrief: true,
    policy: {...MODEL, refusals: {readBytes: 1024}, attemptTimeoutMs: 200, idleTimeoutMs: 100},
    answer: oneOf(
      {
        status: 429,
        headers: {'content-type': 'application/json'},
        body: ['{"error":', 500, '{"code":"insufficient_quota"}}'],
      },
      {status: 429, headers: {'content-type': 'application/json'}, body: [`{"x":"${'x'.repeat(2000)}"}`]},
      {status: 503, headers: {'content-type': 'application/json'}, body: ['{"error":', {fails: 'ECONNRESET'}]},
      {status: 503, headers: {'content-type': 'text/html'}, body: '<html>'},
      {status: 503, body: ''},
    ),
    call: stage => ({...ask(stage), signal: stage.abortAfter(stage.pick([null, null, 60]))}),
    calls: 14,
  },
  'bodies of errors, with several endpoints, quota and hold': {
    isBrief: true,
    policy: regions(
      {sharedKeys: true},
      {
        refusals: {},
        idempotentMethods: ['GET', 'POST'],
        quota: {limits: [{unit: 'requests', max: 8, perMs: 1000}], learn: true},
        retryAfter: {scope: 'origin', maxMs: 2000},
      },
    ),
    answer: ({host}, stage) =>
      host === 'eu.test' ? oneOf(...REFUSED)(null, stage) : oneOf({}, ...REFUSED)(null, stage),
    call: stage => ({...ask(stage), url: EU}),
    calls: 14,
  },
  'attempts that are paid for': {
    isBrief: true,
    policy: {...MODEL, maxAttempts: 5, paid: {maxPaidAttempts: 2}, idempotency: {}},
    answer: oneOf(
      {status: 500},
      {status: 429},
      {status: 503},
      {fails: 'hang'},
      {fails: 'ECONNREFUSED'},
      {fails: 'ECONNRESET'},
      {},
    ),
    call: stage => ({...ask(stage), resilience: stage.pick([{}, {}, {paid: null}, {paid: {afterTimeout: true}}])}),
    calls: 18,
  },
  'attempts that are paid for, and a timeout by tokens': {
    policy: {
      ...MODEL,
      attemptTimeoutMs: 50,
      paid: {afterTimeout: true, attemptTimeoutPerOutputTokenMs: 2, maxPaidAttempts: 3},
    },
    answer: (_arrival, stage) => ({afterMs: stage.pick([40, 120, 280])}),
    call: ask,
    calls: 10,
  },
  'attempts that are paid for, with hedges and streams': {
    policy: {
      ...MODEL,
      maxAttempts: 4,
      stream: {firstContentMs: 100},
      hedge: {delayMs: 40, maxLoadRatio: 1},
      paid: {maxPaidAttempts: 2, afterTimeout: true},
    },
    answer: oneOf(
      events({type: 'ping'}, 60, {type: 'error', error: {type: 'overloaded_error'}}),
      events({type: 'ping'}, 200),
      events({choices: [{delta: {content: 'Hi'}}]}),
      {status: 500},
    ),
    call: stage => ({...leavingAfter(null, null, 70)(stage), method: 'POST', body: null}),
    calls: 12,
  },
  'a client above that retries': {
    isBrief: true,
    policy: {...QUICK, routes: [{match: {path: '/yields'}, nested: 'yield'}]},
    answer: oneOf({status: 503}, {status: 503}, {}),
    call: stage => ({
      url: stage.pick([HOME, 'https://api.test/yields']),
      headers: stage.pick<Record<string, string>>([
        {'x-stainless-retry-count': '0'},
        {'x-stainless-retry-count': '1'},
        {'amz-sdk-request': 'attempt=3; max=3'},
        {'amz-sdk-request': 'attempt=1; max=1'},
        {'x-envoy-attempt-count': '3'},
        {'grpc-previous-rpc-attempts': '2'},
        {'x-stainless-retry-count': 'many'},
      ]),
    }),
    calls: 16,
  },
});
