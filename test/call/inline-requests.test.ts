/** A caller who keeps no Request, only the controller of its signal: Node's Request follows a signal for as long as it is held itself. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {createFetch as createLiteFetch} from '../../src/lite.ts';
import {VirtualClock} from '../../src/testing.ts';
import {errorOf} from '../support/outcome.ts';
import {ITEMS} from './world.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const policy = {idempotency: {}, attemptTimeoutMs: null, deadlineMs: null} as const;

describe('the abort of a Request that its caller does not keep', () => {
  for (const [name, make] of Object.entries({fetch: createFetch, 'fetch of lite': createLiteFetch}))
    it(`${name}: ends the wait before a retry, and nothing more is sent`, async () => {
      let sent = 0;
      const clock = new VirtualClock();
      const fetch = async (): Promise<Response> => {
        sent++;
        return new Response(null, {status: 503});
      };
      const controller = new AbortController();
      const client = make(policy, {fetch, clock});
      const inline = () => client(new Request(ITEMS, {method: 'POST', body: 'x', signal: controller.signal}));
      const error = errorOf(inline);
      for (let round = 0; round < 5; round++) {
        await new Promise(resolve => setImmediate(resolve));
        collectGarbage();
      }
      expect(sent).to.equal(1);
      const reason = new Error('mine');
      controller.abort(reason);
      expect(await error).to.equal(reason);
      expect(sent).to.equal(1);
    });
});
