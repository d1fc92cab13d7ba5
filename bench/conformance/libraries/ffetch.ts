import {answerOf, initOf, type Library, load} from '../library.ts';

export const library: Library = {
  name: 'ffetch',
  packages: ['@fetchkit/ffetch'],
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  resendsBrokenWires: true,
  streams: true,
  breakerKnowsHttp: true,
  async client({attempts, delayMs, timeoutMs}) {
    const {createClient} = await load('@fetchkit/ffetch');
    const api = createClient({
      retries: attempts - 1,
      timeout: timeoutMs ?? 0,
      ...(delayMs === undefined ? {} : {retryDelay: delayMs}),
    });
    return async (url, init) => answerOf(await api(url, initOf(init)));
  },
  async breaker({minCalls, openMs}) {
    const {createClient} = await load('@fetchkit/ffetch');
    const client = createClient({timeout: 0, retries: 0, circuit: {threshold: minCalls, reset: openMs}});
    return async (work, signal) => {
      const fetchHandler = async ({signal: inner}: Request): Promise<Response> =>
        new Response(null, {status: {ok: 200, fail: 503, throttled: 429}[await work(inner)]});
      try {
        const {status} = await client('http://127.0.0.1/', {fetchHandler, ...(signal === undefined ? {} : {signal})});
        return status === 200 ? 'ok' : status === 429 ? 'throttled' : 'fail';
      } catch (error) {
        const {name} = error as Error;
        return name === 'CircuitOpenError' ? 'refused' : name === 'AbortError' ? 'aborted' : 'fail';
      }
    };
  },
};
