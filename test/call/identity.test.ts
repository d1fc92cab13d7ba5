/** Idempotency keys and correlation ids: the same on every attempt and hedge, new for every call; the caller's own take precedence. */
import {expect} from 'chai';
import {reportOf, SystemIds} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, virtually} from './world.ts';

const KEY = 'idempotency-key';
const ID = 'x-correlation-id';

describe('an idempotency key', () => {
  virtually('is the same on every attempt, and differs from that of the next call @T20', async make => {
    const world = make({idempotency: {}, backoff: AT_ONCE});
    world.serve(503, 503, 200, 503, 200);
    await world.run(ITEMS, {method: 'POST'});
    await world.run(ITEMS, {method: 'POST'});
    expect(world.header(KEY)).to.deep.equal(['key-1', 'key-1', 'key-1', 'key-2', 'key-2']);
  });

  virtually('is the same on a hedge @T20', async make => {
    const world = make({idempotency: {}, hedge: {delayMs: 100, maxLoadRatio: 1}});
    world.serveSlowly(500, 200);
    await world.run(ITEMS, {method: 'POST'});
    expect(world.header(KEY)).to.deep.equal(['key-1', 'key-1']);
    expect(world.header(ID)).to.deep.equal(['call-1', 'call-1']);
  });

  virtually("of the caller takes precedence, in any case of the header's name", async make => {
    const world = make({idempotency: {}, backoff: AT_ONCE});
    world.serve(503, 200);
    await world.run(ITEMS, {
      method: 'POST',
      headers: {'IDEMPOTENCY-KEY': 'mine'},
      resilience: {idempotencyKey: 'other'},
    });
    expect(world.header(KEY)).to.deep.equal(['mine', 'mine']);
  });

  for (const blank of [
    'undefined',
    'null',
    '"null"',
    '[object Object]',
    '[object Promise]',
    'null, null',
    '',
    ' ',
    '\t',
    ' \t ',
    '\u00a0',
    '""',
    '" "',
    ',',
    '"", ""',
  ]) {
    const shown = JSON.stringify(blank);
    virtually(`that is ${shown} is none: the server would get an empty header`, async make => {
      for (const headers of [
        {'Idempotency-Key': blank},
        [['Idempotency-Key', blank]] as [string, string][],
        new Headers({'Idempotency-Key': blank}),
      ]) {
        const world = make({backoff: AT_ONCE});
        world.serve(503, 201);
        expect(await world.run(ITEMS, {method: 'POST', headers})).to.equal('503 (may-have-acted)');
        expect(world.events.find(event => event.type === 'call.end')?.call.keyed).to.equal(false);
      }
    });

    virtually(`that is ${shown} is replaced by the key of the policy or of the call`, async make => {
      const world = make({idempotency: {}, backoff: AT_ONCE});
      world.serve(503, 201, 201);
      const headers = {'Idempotency-Key': blank};
      expect(await world.run(ITEMS, {method: 'POST', headers})).to.equal('201');
      await world.run(ITEMS, {method: 'POST', headers, resilience: {idempotencyKey: 'mine'}});
      expect(world.header(KEY)).to.deep.equal(['key-1', 'key-1', 'mine']);
    });
  }

  virtually('is not generated if the policy does not say that the server honors it', async make => {
    const world = make();
    await world.run(ITEMS, {method: 'POST'});
    await world.run(ITEMS, {method: 'PATCH'});
    expect(world.header(KEY)).to.deep.equal([null, null]);
  });

  virtually('is not sent with methods that the policy does not name', async make => {
    const world = make({idempotency: {}});
    for (const method of ['GET', 'PUT', 'PATCH', 'post']) await world.run(ITEMS, {method});
    expect(world.header(KEY)).to.deep.equal([null, null, 'key-1', 'key-2']);
  });

  virtually('is a UUID if the system generates the ids', async make => {
    const world = make({idempotency: {}}, {ids: new SystemIds()});
    await world.run(ITEMS, {method: 'POST'});
    await world.run(ITEMS, {method: 'POST'});
    const seen = world.header(KEY);
    for (const key of seen)
      expect(key).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(seen).size).to.equal(2);
  });

  virtually('of the call itself is sent without an idempotency policy', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 201);
    expect(await world.run(ITEMS, {method: 'POST', resilience: {idempotencyKey: 'mine'}})).to.equal('201');
    expect(world.header('idempotency-key')).to.deep.equal(['mine', 'mine']);
  });

  virtually('of the call itself is written in the format of the policy', async make => {
    const world = make({idempotency: {format: 'sf-string'}});
    await world.run(ITEMS, {method: 'POST', resilience: {idempotencyKey: 'mine'}});
    expect(world.header('idempotency-key')).to.deep.equal(['"mine"']);
  });
});

describe('a correlation id', () => {
  virtually('is the same on every attempt, and differs from that of the next call', async make => {
    const world = make({backoff: AT_ONCE, correlation: {requestIdHeader: 'x-request-id'}});
    world.serve(503, 503, 200, 200);
    await world.run();
    await world.run();
    expect(world.header(ID)).to.deep.equal(['call-1', 'call-1', 'call-1', 'call-2']);
    expect(world.header('x-request-id')).to.deep.equal(['request-1', 'request-2', 'request-3', 'request-4']);
  });

  virtually('of the caller is kept, and the report has it', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    const response = await world.clock.run(() => world.fetch(ITEMS, {headers: {'X-Correlation-Id': 'from:above.1'}}));
    expect(world.header(ID)).to.deep.equal(['from:above.1', 'from:above.1']);
    expect(reportOf(response)?.correlationId).to.equal('from:above.1');
  });

  for (const [what, id] of [
    ['with spaces', 'two words'],
    ['with a quote', 'a"b'],
    ['of 129 characters', 'a'.repeat(129)],
    ['that is empty', ''],
  ] as const) {
    virtually(`${what} is replaced`, async make => {
      const world = make();
      await world.run(ITEMS, {headers: {[ID]: id}});
      expect(world.header(ID)).to.deep.equal(['call-1']);
    });
  }

  virtually('of an attempt is that of the caller if the caller set one', async make => {
    const world = make({backoff: AT_ONCE, correlation: {requestIdHeader: 'x-request-id'}});
    world.serve(503, 200);
    await world.run(ITEMS, {headers: {'x-request-id': 'mine'}});
    expect(world.header('x-request-id')).to.deep.equal(['mine', 'mine']);
  });

  virtually('does not change the headers object of the caller', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    const headers = new Headers({accept: 'text/plain'});
    const end = world.end(ITEMS, {headers});
    headers.set('accept', 'changed');
    await world.clock.run(() => end);
    expect(world.header('accept')).to.deep.equal(['text/plain', 'text/plain']);
    expect([...headers]).to.deep.equal([['accept', 'changed']]);
  });

  for (const input of ['not-an-id with spaces', 'a'.repeat(129)]) {
    virtually(`in the options of the call is validated: ${input.slice(0, 24)}`, async make => {
      const world = make();
      expect(await world.run(ITEMS, {resilience: {correlationId: input}})).to.equal('INVALID_OVERRIDES');
      expect(world.sends).to.equal(0);
    });
  }

  virtually('is not sent to an origin that sendTo does not name', async make => {
    const world = make({correlation: {sendTo: ['https://other.test']}});
    await world.run();
    expect(world.header('x-correlation-id')).to.deep.equal([null]);
    expect(world.events.find(event => event.type === 'call.end')?.call.correlationId, 'known here').to.equal('call-1');
  });
});
