/** Scenes through ky: with our loop, and with ky's own, which the user's hooks can change and stop. */
import ky, {HTTPError, type KyInstance, type Options} from 'ky';
import {type PolicyInput, resilience} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {Stage} from './stage.ts';

/** In its own loop ky waits by the timers of the runtime: there the calls run one after another, and take no virtual time. */
type Hooks = (stage: Stage) => NonNullable<Options['hooks']>;

const SCENES: Record<
  string,
  {readonly policy: PolicyInput; readonly hooks: Hooks; readonly options?: Options; readonly inTurn?: true}
> = {
  'ky, our loop': {
    policy: {attemptTimeoutMs: 300, deadlineMs: 4000, backoff: {baseMs: 40, throttledBaseMs: 80}},
    hooks: () => ({beforeRequest: [({request}) => request.headers.set('x-own', 'hook')]}),
  },
  'ky, a hook that throws': {
    inTurn: true,
    policy: {backoff: AT_ONCE, retryAfter: {honor: false}},
    hooks: stage => ({
      beforeRequest: [
        () => {
          if (stage.random() < 0.4) throw new Error('a hook threw');
        },
      ],
    }),
  },
  'ky’s own loop': {
    inTurn: true,
    policy: {attemptTimeoutMs: 300, deadlineMs: 4000, backoff: AT_ONCE, retryAfter: {honor: false}, idempotency: {}},
    hooks: stage => ({
      beforeRetry: [
        () => {
          const chance = stage.random();
          if (chance < 0.1) return ky.stop;
          if (chance < 0.2) return new Response('from the hook', {status: 200});
          if (chance < 0.3) throw new Error('a hook threw');
          return undefined;
        },
      ],
      afterResponse: [
        ({response}) => {
          const chance = stage.random();
          if (response.ok && chance < 0.2) return ky.retry();
          return chance < 0.4 ? new Response('changed', {status: stage.pick([200, 404, 503])}) : undefined;
        },
      ],
      beforeError: [({error}) => Object.assign(error, {isSeen: error instanceof HTTPError})],
    }),
  },
  'ky decides': {
    inTurn: true,
    policy: {maxAttempts: null, backoff: AT_ONCE},
    hooks: () => ({}),
    options: {retry: {limit: 2, delay: () => 0, afterStatusCodes: []}},
  },
};

export const kyScenes: Record<string, () => Promise<string[]>> = Object.fromEntries(
  Object.entries(SCENES).map(([name, scene], index) => [
    name,
    async () => {
      const stage = new Stage({
        policy: scene.policy,
        seed: 200 + index,
        replies: [200, 200, 404, 503, 429, 'ECONNREFUSED', 'ECONNRESET'],
        slowestMs: scene.inTurn ? 0 : 150,
      });
      const {fetch, ...ports} = stage.ports;
      const api: KyInstance = ky
        .create({fetch: fetch!, hooks: scene.hooks(stage), timeout: false, ...scene.options})
        .extend(resilience(stage.handle, ports));
      const call = async (number: number): Promise<void> => {
        const method = stage.pick(['get', 'put', 'post']);
        const body = method === 'get' ? {} : {json: {b: 2}};
        const options: Options = {method, throwHttpErrors: stage.random() < 0.7, ...body};
        await stage.end(`ky ${number + 1}`, () => api('https://api.test/items', options));
      };
      return scene.inTurn ? stage.playInTurn(16, call) : stage.play(10, 1500, call);
    },
  ]),
);
