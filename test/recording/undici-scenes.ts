/** Scenes through the undici interceptor, above a dispatcher that answers by chance. */
import type {PolicyInput} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import type {Dispatch, DispatchController, DispatchHandler} from '../../src/undici/types.ts';
import {ScriptedDispatch} from '../support/scripted-dispatch.ts';
import {nameOf} from './recorder.ts';
import {errorOf, Stage} from './stage.ts';

const quick: PolicyInput = {attemptTimeoutMs: 300, deadlineMs: 4000, backoff: {baseMs: 40, throttledBaseMs: 80}};
const SCENES: Record<string, PolicyInput> = {
  undici: {...quick, idempotency: {}},
  'undici, hedged': {...quick, hedge: {delayMs: 50, maxLoadRatio: 1}},
};

export const undiciScenes: Record<string, () => Promise<string[]>> = Object.fromEntries(
  Object.entries(SCENES).map(([name, policy], index) => [name, () => play(policy, 300 + index)]),
);

async function play(policy: PolicyInput, seed: number): Promise<string[]> {
  const stage = new Stage({policy, seed, replies: [200, 200, 404, 503, 429, 'ECONNREFUSED', 'ECONNRESET', 'hang']});
  const {fetch: _, ...ports} = stage.ports;
  const dispatch = resilienceInterceptor(stage.handle, ports)(serverOf(stage));
  return stage.play(10, 1500, async number => {
    const method = stage.pick(['GET', 'PUT', 'POST']);
    const body = method === 'GET' ? undefined : stage.pick(['text', iterable()]);
    const abortMs = stage.pick([null, null, 20, 200]);
    const seen: string[] = [];
    await new Promise<void>(resolve => {
      dispatch({origin: 'https://api.test', path: '/items', method, body, headers: ['X-Own', '1']}, {
        onRequestStart: (controller: DispatchController) => {
          seen.push('start');
          if (abortMs !== null) void stage.clock.sleep(abortMs).then(() => controller.abort(new Error('left')));
        },
        onResponseStart: (_controller, status) => seen.push(`status ${status}`),
        onResponseData: (_controller, chunk) => seen.push(`${chunk.byteLength} bytes`),
        onResponseEnd: () => resolve(void seen.push('end')),
        onResponseError: (_controller, error) => resolve(void seen.push(nameOf(error))),
      } satisfies DispatchHandler);
    });
    stage.recorder.note(`undici ${number + 1}`, seen);
  });
}

function* iterable(): Generator<string> {
  yield 'one';
  yield 'two';
}

/** Like undici's dispatcher: it notifies its handler of the start at once, of everything else later, and of an end once. */
const serverOf =
  (stage: Stage): Dispatch =>
  (_options, handler: DispatchHandler) => {
    const {kind, afterMs, headers} = stage.reply();
    const request = new ScriptedDispatch(handler);
    const {controller} = request;
    handler.onRequestStart?.(controller, null);
    void answer();
    return true;

    async function answer(): Promise<void> {
      if (kind === 'hang') return;
      await stage.clock.sleep(afterMs);
      if (request.isOver) return;
      if (typeof kind !== 'number')
        return request.end(() => handler.onResponseError?.(controller, errorOf(kind).cause as Error));
      handler.onResponseStart?.(controller, kind, headers);
      await stage.clock.sleep(5);
      if (request.isOver) return;
      handler.onResponseData?.(controller, Buffer.from('{"a":1}'));
      request.end(() => handler.onResponseEnd?.(controller, {}));
    }
  };
