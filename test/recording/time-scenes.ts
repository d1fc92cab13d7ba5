/** Scenes in which the clock jumps forward or backward, or fires late because the process is busy, and callers that leave in every wait. */
import type {PolicyInput} from '../../src/core.ts';
import {type Answer, events} from './answers.ts';
import {type Oddity, oddClock} from './clocks.ts';
import {EU, REGIONS} from './failover-scenes.ts';
import {leavingAfter, QUICK, type Scene, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

const GUARDED: PolicyInput = {
  ...QUICK,
  idempotency: {},
  breaker: {kind: 'consecutive', failures: 4, openMs: 300},
  concurrency: {max: 2, queue: 6},
  quota: {limits: [{unit: 'requests', max: 6, perMs: 1000}], maxWaitMs: 2000},
  hedge: {delayMs: 50, maxLoadRatio: 1},
  retryAfter: {scope: 'origin', maxMs: 1500},
  budget: {kind: 'ratio', ratio: 0.5},
};
const SPREAD: PolicyInput = {
  ...GUARDED,
  endpoints: [{...REGIONS![0]!, readyPath: '/ready'}, REGIONS![1]!],
  hedge: {quantile: 0.9, maxLoadRatio: 0.5, to: 'other'},
  quota: null,
};

const answer = ({path}: {readonly path: string}, stage: Stage): Answer => ({
  afterMs: stage.pick([10, 80, 150]),
  ...(path === '/ready'
    ? {status: stage.clock.now() < 500 ? 503 : 200}
    : stage.pick<Answer>([
        {},
        {},
        {status: 503},
        {status: 429, headers: {'retry-after': '1'}},
        {fails: 'ECONNRESET'},
        {fails: 'hang'},
        {body: ['a', 120, 'b']},
        events({type: 'ping'}, 100, {choices: [{delta: {content: 'Hi'}}]}),
      ])),
});

const under = (policy: PolicyInput, oddity: Oddity, call = leavingAfter(null)): Scene => ({
  policy: {...policy, stream: {firstContentMs: 200}},
  answer,
  call: stage => ({...call(stage), ...(policy.endpoints && {url: EU}), method: 'GET', body: null}),
  engineClock: oddClock(oddity),
  calls: 16,
  isBrief: true,
});

const from = (at: number, offsetMs: number) => ({offsetMs: (now: number) => (now >= at ? offsetMs : 0)});

export const timeScenes: Scenes = scenesOf(2100, {
  'the clock jumps forward': under(GUARDED, from(600, 700)),
  'the clock jumps forward by an hour': under(GUARDED, from(600, 3_600_000)),
  'the clock jumps backward': under(GUARDED, from(600, -500)),
  'the clock jumps backward by an hour': under(GUARDED, from(600, -3_600_000)),
  'the clock jumps forward, with several endpoints': under(SPREAD, from(600, 700)),
  'the clock jumps backward, with several endpoints': under(SPREAD, from(600, -500)),
  'the process is busy': under(GUARDED, {
    busy: [
      [300, 700],
      [1000, 1060],
      [1400, 3000],
    ],
  }),
  'the process is busy, with several endpoints': under(SPREAD, {
    busy: [
      [300, 700],
      [1000, 1060],
      [1400, 3000],
    ],
  }),
  'the process is busy while bodies are read': {
    policy: {...QUICK, attemptTimeoutMs: 200, idleTimeoutMs: 100, deadlineMs: 900, stream: {firstContentMs: 80}},
    answer: (_arrival, stage) =>
      stage.pick<Answer>([
        {body: ['a', 120, 'b', 60, 'c']},
        {body: ['a', 400, 'b']},
        events({type: 'ping'}, 60, {choices: [{delta: {content: 'Hi'}}]}, 150, '[DONE]'),
        {status: 503, body: ['a', 150, 'b']},
      ]),
    call: stage => ({
      ...(stage.random() < 0.5 && {
        read: async response => {
          let bytes = 0;
          for await (const chunk of response.body!) bytes += chunk.byteLength;
          return `${bytes} bytes of chunks`;
        },
      }),
    }),
    engineClock: oddClock({
      busy: [
        [100, 260],
        [400, 700],
        [900, 940],
        [1100, 1500],
      ],
    }),
    calls: 16,
    spreadMs: 1400,
  },
  'callers leave in every wait': under(GUARDED, {}, leavingAfter(-1, 0, 5, 30, 60, 110, 250, 500, 900)),
  'callers leave in every wait, with several endpoints': under(
    SPREAD,
    {},
    leavingAfter(-1, 0, 5, 30, 60, 110, 250, 500),
  ),
  'callers leave while the process is busy': under(
    GUARDED,
    {
      busy: [
        [200, 600],
        [900, 1200],
      ],
    },
    leavingAfter(0, 30, 110, 250, 500),
  ),
});
