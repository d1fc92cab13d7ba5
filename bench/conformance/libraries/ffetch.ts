import {answerOf, type BreakerOptions, type Guarded, initOf, type Library, noted, OfListener} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'ffetch',
  packages: ['@fetchkit/ffetch'],
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
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
  async jitterOf(count) {
    const {createClient} = await load('@fetchkit/ffetch');
    const fetchHandler = async (): Promise<Response> => new Response(null, {status: 503});
    const client = createClient({timeout: 0, retries: 1, fetchHandler});
    const waits = await noted(async () => {
      for (let call = 0; call < count; call++) await client('http://127.0.0.1/');
    });
    return {waits, lowest: 400, highest: 500};
  },
  async deduped() {
    const {createClient} = await load('@fetchkit/ffetch');
    const api = createClient({dedupe: true, timeout: 0, retries: 0});
    return calls =>
      Promise.all(
        calls.map(async ({url, init}) => {
          const response: Response = await api(url, initOf(init));
          return response.text().catch(() => undefined);
        }),
      );
  },
  breaker: options => guarded(options),
  watchedBreaker: (options, notify) => guarded(options, {onCircuitOpen: notify, onCircuitClose: notify}),
};

async function guarded({minCalls, openMs}: BreakerOptions, hooks: object = {}): Promise<Guarded> {
  const {createClient} = await load('@fetchkit/ffetch');
  const client = createClient({timeout: 0, retries: 0, hooks, circuit: {threshold: minCalls, reset: openMs}});
  return async (work, signal) => {
    const fetchHandler = async ({signal: inner}: Request): Promise<Response> => {
      const said = await work(inner);
      // Answers of 503 do not open it one by one, which has a row of its own; what is thrown does.
      if (said === 'fail') throw new TypeError('fetch failed');
      return new Response(null, {status: {ok: 200, unavailable: 503, throttled: 429}[said]});
    };
    try {
      const {status} = await client('http://127.0.0.1/', {fetchHandler, ...(signal === undefined ? {} : {signal})});
      return status === 200 ? 'ok' : status === 429 ? 'throttled' : 'fail';
    } catch (error) {
      if (OfListener.is(error)) return "the listener's error";
      const {name} = error as Error;
      return name === 'CircuitOpenError' ? 'refused' : name === 'AbortError' ? 'aborted' : 'fail';
    }
  };
}
