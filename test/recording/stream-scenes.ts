/** Scenes with event streams: held until content, errors in the stream, stalls, and callers that leave while they read. */
import type {PolicyInput} from '../../src/core.ts';
import type {EventStreamInput} from '../../src/policy/types.ts';
import {type Answer, events} from './answers.ts';
import {EU, regions} from './failover-scenes.ts';
import {type Call, QUICK, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const streams = (stream: EventStreamInput, more: PolicyInput = {}): PolicyInput => ({
  ...QUICK,
  budget: null,
  breaker: null,
  idempotentMethods: ['GET', 'POST'],
  stream,
  ...more,
});

const CONTENT = {choices: [{index: 0, delta: {content: 'Hello'}}]};
const BEGIN = {choices: [{index: 0, delta: {role: 'assistant', content: ''}}]};
const OVERLOADED = {type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}};

/** One of these streams, after a while. */
const oneOf =
  (...streams: readonly Answer[]) =>
  (_arrival: unknown, stage: Stage): Answer => ({afterMs: stage.random() * 60, ...stage.pick(streams)});

/** The caller reads the chunks of the stream one by one, and may leave after so many, or wait between them. */
const chunks =
  (stage: Stage, leaveAfter = Infinity, waitMs = 0) =>
  async (response: Response): Promise<string> => {
    const seen: string[] = [];
    const reader = response.body!.getReader();
    try {
      while (seen.length < leaveAfter) {
        if (waitMs > 0) await stage.clock.sleep(waitMs);
        const {done, value} = await reader.read();
        if (done) return `${seen.join(' ')} end`;
        seen.push(`${Math.round(stage.clock.now())}:${value.byteLength}`);
      }
      await reader.cancel(new Error('enough'));
      return `${seen.join(' ')} left`;
    } catch (error) {
      return `${seen.join(' ')} ${(error as Error).name} ${(error as {code?: string}).code} ${(error as Error).message}`;
    }
  };

const reading = (stage: Stage): Call => ({
  method: 'POST',
  body: '{}',
  read: chunks(stage, stage.pick([1, 2, 99, 99]), stage.pick([0, 0, 50])),
});

export const streamScenes: Scenes = scenesOf(1600, {
  'held until content': {
    policy: streams({}),
    answer: oneOf(
      events(BEGIN, 20, CONTENT, 20, CONTENT, '[DONE]'),
      events({type: 'ping'}, 10, OVERLOADED),
      events(BEGIN, 10, {fails: 'ECONNRESET'}),
      events(BEGIN, 10),
      events(CONTENT, 10, {fails: 'ECONNRESET'}),
    ),
    call: reading,
    calls: 14,
  },
  'errors of vendors in the stream': {
    isBrief: true,
    policy: streams({}, {refusals: {}}),
    answer: oneOf(
      events({error: {code: 429, message: 'Quota exceeded'}}),
      events({error: {code: 'insufficient_quota', message: 'no credit'}}),
      events({type: 'response.failed', response: {error: {code: 'server_error'}}}),
      events({type: 'response.failed', response: {error: {code: 'rate_limit_exceeded'}}}),
      events({object: 'error', message: 'bad', code: 400}),
      events({error: {message: 'unknown to us'}}),
      events({error: {status: 'UNAVAILABLE', code: 503}}),
      events('data: not json\n\n'),
      events(': comment\n\n', 'event: ping\ndata: {}\n\n', 'event: error\ndata: {"error":{"type":"api_error"}}\n\n'),
    ),
    call: reading,
    calls: 14,
  },
  'stalls before content, between chunks, and at the end': {
    isBrief: true,
    policy: streams({firstContentMs: 120}, {idleTimeoutMs: 200}),
    answer: oneOf(
      events(BEGIN, 500, CONTENT),
      events(500, CONTENT),
      events(CONTENT, 500, CONTENT),
      events(CONTENT, 100, {type: 'ping'}, 100, {type: 'ping'}, 100, {type: 'ping'}, 100),
      events(BEGIN, 80, CONTENT, 100, CONTENT, 150),
    ),
    call: reading,
    calls: 12,
  },
  'content is not waited for': {
    isBrief: true,
    policy: streams({commit: 'headers'}, {idleTimeoutMs: 150}),
    answer: oneOf(events(BEGIN, 50, OVERLOADED), events(400, CONTENT), events(BEGIN, {fails: 'ECONNRESET'})),
    call: reading,
  },
  'more than is held': {
    isBrief: true,
    policy: streams({holdBytes: 64}),
    answer: oneOf(
      events(BEGIN, {...BEGIN, id: 'x'.repeat(100)}, 30, OVERLOADED),
      events(BEGIN, 30, OVERLOADED),
      events(`data: ${'x'.repeat(200)}`, 20, '\n\n'),
    ),
    call: reading,
  },
  'the callers read in other ways': {
    policy: streams({firstContentMs: 200}, {idleTimeoutMs: 300}),
    answer: oneOf(
      events(BEGIN, 20, CONTENT, 250, CONTENT),
      events(OVERLOADED),
      {body: '{"whole":true}', headers: {'content-type': 'application/json'}},
      {body: ['{"late"', 400, ':true}'], headers: {'content-type': 'application/json'}},
      {status: 204},
    ),
    call: stage => ({
      read: stage.pick<NonNullable<Call['read']>>([
        async response => `${(await response.text()).length} of text`,
        async response => `${(await response.arrayBuffer()).byteLength} of bytes`,
        async response => JSON.stringify(await response.json()),
        async response => `${(await response.clone().text()).length} of a clone, ${(await response.text()).length}`,
        async response => `nothing, ${await response.body?.cancel()}`,
        async () => 'never',
      ]),
    }),
    calls: 16,
  },
  'callers that leave': {
    policy: streams({}),
    answer: oneOf(events(BEGIN, 100, CONTENT, 100, CONTENT), events(BEGIN, 30, OVERLOADED)),
    call: stage => ({...reading(stage), signal: stage.abortAfter(stage.pick([-1, 0, 30, 90, 200, null]))}),
    calls: 14,
  },
  'failover before content': {
    policy: regions({}, {stream: {firstContentMs: 100}, idempotentMethods: ['GET', 'POST']}),
    answer: ({host}, stage) =>
      host === 'eu.test'
        ? oneOf(events(BEGIN, 10, OVERLOADED), events(BEGIN, 400, CONTENT), events({fails: 'ECONNRESET'}))(null, stage)
        : oneOf(events(BEGIN, 20, CONTENT), events(OVERLOADED))(null, stage),
    call: stage => ({...reading(stage), url: EU, method: 'GET', body: null}),
    calls: 12,
  },
  'hedges, quota and concurrency': {
    isBrief: true,
    policy: streams(
      {firstContentMs: 250},
      {
        hedge: {delayMs: 50, maxLoadRatio: 1},
        quota: {limits: [{unit: 'requests', max: 6, perMs: 1000}]},
        concurrency: {max: 3, queue: 5},
        breaker: {kind: 'consecutive', failures: 3, openMs: 300},
      },
    ),
    answer: oneOf(events(BEGIN, 20, CONTENT), events(BEGIN, 100, CONTENT), events(BEGIN, 10, OVERLOADED)),
    call: stage => ({...reading(stage), method: 'GET', body: null}),
    calls: 12,
  },
  'bodies of other responses': {
    isBrief: true,
    policy: {...QUICK, attemptTimeoutMs: 200, idleTimeoutMs: 100, deadlineMs: 600},
    answer: oneOf(
      {body: ['a', 80, 'b', 80, 'c']},
      {body: ['a', 500, 'b']},
      {body: ['a', {fails: 'ECONNRESET'}]},
      {status: 503, body: ['a', 900]},
    ),
    call: stage => ({
      ...stage.pick<Call>([{}, {read: chunks(stage)}, {read: chunks(stage, 1)}, {read: chunks(stage, 9, 60)}]),
      signal: stage.abortAfter(stage.pick([null, null, 60, 150])),
    }),
    calls: 16,
  },
});
