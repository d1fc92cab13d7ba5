import {expect} from 'chai';
import {createPredict} from '../../examples/predict-with-retry.ts';
import type {SteadfetchEvent} from '../../src/index.ts';
import {type ScriptedAnswer, ScriptedFetch, VirtualClock} from '../../src/testing.ts';

const URL_OF_MODEL = 'https://model.test/predict';
const answer = (label: string): Response => Response.json({label});

describe('predictWithRetry', () => {
  const predict = async (...script: ScriptedAnswer[]) => {
    const clock = new VirtualClock();
    const server = new ScriptedFetch(clock, script);
    const events: SteadfetchEvent[] = [];
    const client = createPredict({clock, random: () => 0.5, fetch: server.fetch, on: event => events.push(event)});
    const result = await clock.run(() => client(URL_OF_MODEL, {image: 'cat.png'}).catch((error: Error) => error));
    expect(clock.pending).to.equal(0);
    return {result, server, events};
  };

  it('waits half of 200, 400 and 800 ms at a random of one half, and sends one key four times', async () => {
    const {result, server} = await predict(503, 500, 429, answer('cat'));
    expect(result).to.deep.equal({label: 'cat'});
    expect(server.arrivals).to.deep.equal([0, 100, 300, 700]);
    const keys = new Set(server.requests.map(({headers}) => headers.get('idempotency-key')));
    expect([...keys])
      .to.have.length(1)
      .and.not.include(null);
    expect(server.requests.map(({body}) => body)).to.deep.equal(Array(4).fill('{"image":"cat.png"}'));
  });

  it('waits for Retry-After where that is longer', async () => {
    const {server} = await predict(new Response(null, {status: 429, headers: {'Retry-After': '3'}}), answer('cat'));
    expect(server.arrivals[1]).to.be.within(3000, 3300);
  });

  it('gives an attempt 2 s, and sends again after a reset', async () => {
    const reset = Object.assign(new TypeError('fetch failed'), {
      cause: {code: 'ECONNRESET', message: 'read ECONNRESET'},
    });
    const {result, server} = await predict('hang', reset, answer('cat'));
    expect(result).to.deep.equal({label: 'cat'});
    expect(server.arrivals).to.deep.equal([0, 2100, 2300]);
  });

  for (const status of [400, 401, 403, 404, 422]) {
    it(`does not send ${status} again, and says so`, async () => {
      const {result, server} = await predict(status);
      expect(server.requests).to.have.length(1);
      expect(String(result)).to.include(`${status}`);
    });
  }

  it('gives up after four attempts, and says why', async () => {
    const {result, server} = await predict(503);
    expect(server.requests).to.have.length(4);
    expect(String(result)).to.equal(
      'Error: The model answered 503, and the call ends here: all 4 attempts are used (503).',
    );
  });

  it('reports each attempt and the end, with one correlation id', async () => {
    const {events} = await predict(503, answer('cat'));
    expect(events.map(({type}) => type)).to.deep.equal(['attempt.end', 'retry.scheduled', 'attempt.end', 'call.end']);
    expect(new Set(events.map(event => 'call' in event && event.call.correlationId)).size).to.equal(1);
  });
});
