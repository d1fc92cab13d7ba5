/** Scenes of many calls at several endpoints: outages, ejections, and each balance. */
import type {Answer} from './answers.ts';
import {failsAs, getFromEu, REGIONS, regions} from './failover-scenes.ts';
import {type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

/** Up, then down for three seconds, then up. */
const downForAWhile = ({host}: {readonly host: string}, stage: Stage): Answer => {
  const now = stage.clock.now();
  const isDown = host === 'eu.test' && now > 600 && now < 3600;
  return isDown ? {afterMs: 5 + stage.random() * 10, status: 503} : {afterMs: 10 + stage.random() * 40};
};

export const balanceScenes: Scenes = scenesOf(1100, {
  'an endpoint that is down, and returns step by step': {
    isBrief: true,
    policy: regions(),
    answer: downForAWhile,
    call: getFromEu,
    calls: 55,
    spreadMs: 7000,
  },
  'every endpoint is down': {
    isBrief: true,
    policy: regions({}, {endpoints: REGIONS!.slice(0, 2)}),
    answer: (_arrival, stage) => ({afterMs: 5, status: stage.clock.now() < 2500 ? 503 : 200}),
    call: getFromEu,
    calls: 22,
    spreadMs: 4500,
  },
  'an outlier is ejected, and returns': {
    isBrief: true,
    policy: regions(
      {on: ['network'], ejection: {minCalls: 8, minExcess: 0.3, maxEjectedShare: 0.5, ejectMs: 1000, maxEjectMs: 3000}},
      {maxAttempts: 1},
    ),
    answer: ({host}, stage) => ({
      afterMs: 10,
      status: host === 'us.test' && stage.clock.now() < 4000 && stage.random() < 0.9 ? 500 : 200,
    }),
    call: getFromEu,
    calls: 75,
    spreadMs: 9000,
  },
  'balanced by weight': {
    isBrief: true,
    policy: regions(
      {balance: 'weighted', stickyMs: 0},
      {
        endpoints: [
          {name: 'eu', origin: 'https://eu.test', basePath: '/v1', weight: 1},
          {name: 'us', origin: 'https://us.test', basePath: '/v1', weight: 4},
          {name: 'rare', origin: 'https://rare.test', basePath: '/v1', weight: 0.1},
        ],
      },
    ),
    answer: failsAs({status: 503}),
    call: getFromEu,
    calls: 24,
  },
  'balanced by pending attempts': {
    isBrief: true,
    policy: regions({balance: 'least-pending', stickyMs: 0}),
    answer: ({host}, stage) => ({afterMs: host === 'eu.test' ? 200 : 20, status: stage.pick([200, 200, 429, 500])}),
    call: getFromEu,
    calls: 30,
    spreadMs: 1000,
  },
  'balanced by latency': {
    isBrief: true,
    policy: regions({balance: 'p2c-ewma', stickyMs: 0}),
    answer: ({host}, stage) => ({
      afterMs: (host === 'eu.test') === stage.clock.now() < 700 ? 150 : 20,
      status: stage.pick([200, 200, 200, 500]),
    }),
    call: getFromEu,
    calls: 40,
    spreadMs: 1500,
  },
  'calls stay where one succeeded': {
    isBrief: true,
    policy: regions({stickyMs: 700}),
    answer: failsAs({status: 503}),
    call: getFromEu,
    calls: 20,
    spreadMs: 3000,
  },
});
