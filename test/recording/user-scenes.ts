/** Scenes in which functions of the user throw, in each place where the engine calls them, and what is left then. */
import type {CallObserver, Ids, Observer, PolicyInput, Ports} from '../../src/core.ts';
import type {Answer} from './answers.ts';
import {oddClock} from './clocks.ts';
import {EU, REGIONS, regions} from './failover-scenes.ts';
import {anyMethod, QUICK, type Scene, type Scenes, scenesOf} from './scene.ts';
import type {Stage} from './stage.ts';

/** Every guard, so that what an attempt holds can be seen to be given back. */
const GUARDED: PolicyInput = {
  ...QUICK,
  idempotency: {},
  breaker: {kind: 'consecutive', failures: 3, openMs: 200},
  concurrency: {max: 2, queue: 6},
  quota: {limits: [{unit: 'tokens', max: 400, perMs: 1000}], maxWaitMs: 1500},
  hedge: {delayMs: 50, maxLoadRatio: 1},
};

const answer = (_arrival: unknown, stage: Stage): Answer => ({
  afterMs: stage.pick([10, 80, 150]),
  ...stage.pick<Answer>([{}, {}, {status: 503}, {status: 429, headers: {'retry-after': '1'}}, {fails: 'ECONNRESET'}]),
});

const sometimes = (stage: Stage, what: string, share = 0.2): void => {
  if (stage.random() < share) throw new Error(what);
};

const throwing = (ports: (stage: Stage) => Ports, policy: PolicyInput = {}): Scene => ({
  policy: {...GUARDED, ...policy},
  answer,
  call: stage => ({...anyMethod(stage), body: null, method: stage.pick(['GET', 'POST'])}),
  calls: 11,
  isBrief: true,
  ports,
});

/** The observer of the scene, whose methods throw after they have done their work. */
function brokenObserver({recorder}: Stage, throws: () => void): Observer {
  return {
    startCall: call => {
      throws();
      const inner = recorder.observer.startCall(call)!;
      const outer: CallObserver = {
        startAttempt: (...args) => {
          throws();
          const attempt = inner.startAttempt(...args)!;
          return {
            run: attempt.run,
            end: (...end) => {
              attempt.end(...end);
              throws();
            },
            startBody: () => {
              throws();
              return attempt.startBody!();
            },
          };
        },
        run: inner.run,
        event: (...event) => {
          inner.event(...event);
          throws();
        },
        end: (...end) => {
          inner.end(...end);
          throws();
        },
      };
      return outer;
    },
  };
}

export const userScenes: Scenes = scenesOf(2000, {
  'prepareAttempt throws, or takes too long': throwing(stage => ({
    prepareAttempt: async ({signal}) => {
      sometimes(stage, 'no token');
      await stage.clock.sleep(stage.pick([0, 20, 20, 2000]), signal);
      sometimes(stage, 'no token, later', 0.1);
    },
  })),
  'classify throws, takes too long, or returns nonsense': throwing(stage => ({
    classify: async () => {
      sometimes(stage, 'cannot say');
      await stage.clock.sleep(stage.pick([0, 20, 20, 9000]));
      return stage.pick([undefined, undefined, {transient: true}, {} as never, 7 as never, null as never]);
    },
  })),
  'weigh throws, or returns nonsense': throwing(stage => ({
    weigh: () => {
      sometimes(stage, 'cannot count');
      return stage.pick([{inputTokens: 100}, {outputTokens: Number.NaN}, null as never, {inputTokens: 500}]);
    },
  })),
  'ids throw': throwing(
    ({ports, random}) => {
      const ids = ports.ids!;
      const made = (kind: keyof Ids): string => {
        if (random() < 0.15) throw new Error('no id');
        return ids[kind]();
      };
      return {
        ids: {
          correlationId: () => made('correlationId'),
          requestId: () => made('requestId'),
          idempotencyKey: () => made('idempotencyKey'),
        },
      };
    },
    {correlation: {requestIdHeader: 'x-request-id'}},
  ),
  'random throws, or is no number between 0 and 1': throwing(
    stage => ({
      random: () => {
        sometimes(stage, 'no chance');
        return stage.pick([0.5, 0.99, 2, -1, Number.NaN]);
      },
    }),
    {quota: null},
  ),
  'a listener throws, or rejects': throwing(stage => ({
    on: event => {
      stage.recorder.on(event);
      if (stage.random() < 0.1) return Promise.reject(new Error('the listener rejects')) as never;
      sometimes(stage, 'the listener throws', 0.3);
    },
  })),
  'an observer throws': {
    ...throwing(stage => ({observer: brokenObserver(stage, () => sometimes(stage, 'the observer throws'))})),
    isBrief: false,
    calls: 8,
  },
  'a fetch throws, or answers with something else': throwing(stage => {
    const {fetch} = stage.ports;
    return {
      fetch: (input, init) => {
        sometimes(stage, 'a fetch that throws', 0.15);
        const odd = stage.pick([
          null,
          null,
          null,
          {status: 200},
          undefined,
          'text',
          {status: 503, headers: new Headers()},
        ]);
        return odd === null ? fetch!(input, init) : Promise.resolve(odd as Response);
      },
    };
  }),
  'translate throws with every guard': {
    ...throwing(
      stage => ({
        translate: () => {
          sometimes(stage, 'cannot translate');
          return {
            response: async response => {
              await stage.clock.sleep(stage.pick([0, 20, 800]));
              sometimes(stage, 'cannot translate back');
              return response;
            },
          };
        },
      }),
      {endpoints: REGIONS!, failover: {sharedKeys: true, sharedCredentials: true, headers: ['idempotency-key']}},
    ),
    call: stage => ({url: EU, method: stage.pick(['GET', 'POST'])}),
  },
  'a signal that throws, and one that has aborted': {
    ...throwing(() => ({})),
    call: stage => {
      const signal = stage.abortAfter(stage.pick([-1, 40, 900]))!;
      if (stage.random() < 0.5)
        Object.defineProperty(signal, stage.pick(['addEventListener', 'removeEventListener']), {
          value: () => {
            throw new Error('a signal that throws');
          },
        });
      return {signal};
    },
  },
  'a clock throws when a timer is armed': {
    ...throwing(() => ({})),
    isBrief: false,
    calls: 10,
    engineClock: oddClock({
      arming: (ms, now) => {
        if (now > 300 && now < 900 && Math.round(ms) % 3 === 0) throw new Error('no timer');
      },
    }),
  },
  'a clock throws for a while': {
    ...throwing(() => ({})),
    engineClock: oddClock({
      offsetMs: now => {
        if (now > 500 && now < 700) throw new Error('no time');
        return 0;
      },
    }),
  },
  'a clock throws while calls wait': {
    ...throwing(() => ({}), {retryAfter: {scope: 'origin', maxMs: 3000}, quota: null, hedge: null}),
    answer: (_arrival, stage) => stage.pick<Answer>([{}, {status: 503}, {status: 503, headers: {'retry-after': '1'}}]),
    engineClock: oddClock({
      offsetMs: now => {
        if (now > 600 && now % 400 < 120) throw new Error('no time');
        return 0;
      },
    }),
  },
  'a clock throws for a while, with several endpoints that warm up': {
    ...throwing(() => ({})),
    policy: regions({}, {endpoints: [{name: 'eu', origin: 'https://eu.test', basePath: '/v1', readyPath: '/ready'}]}),
    answer: ({path}, stage) =>
      path === '/ready' ? {status: stage.clock.now() < 600 ? 503 : 200} : {status: stage.pick([200, 503])},
    call: () => ({url: EU}),
    engineClock: oddClock({
      offsetMs: now => {
        if (now > 1000 && now < 1050) throw new Error('no time');
        return 0;
      },
    }),
  },
});
