/** A Worker in front of a flaky service. Its bundle has the engine's parts for this policy alone: see build.ts. */
import {RejectedError, TimeoutError} from 'steadfetch/compiled';
import {createFetch} from './api.policy.json?steadfetch';

const resilient = createFetch();

export interface Env {
  /** The service, as `https://prices.example`. */
  readonly UPSTREAM: string;
}

export default {
  async fetch(request: Request, {UPSTREAM}: Env): Promise<Response> {
    const {pathname, search} = new URL(request.url);
    try {
      return await resilient(`${UPSTREAM}${pathname}${search}`, {signal: request.signal});
    } catch (error) {
      // Nothing else is a reason to answer: it goes to the log of the Worker.
      if (!(error instanceof TimeoutError || error instanceof RejectedError)) throw error;
      return Response.json({error: error.code}, {status: 503});
    }
  },
};
