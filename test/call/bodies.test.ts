/** Request bodies: sent again byte for byte, or not at all. */
import {expect} from 'chai';
import {type ResilientInit, reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {answer, connectionError, ITEMS, thrown, virtually, type World} from './world.ts';

interface Sent {
  readonly bytes: string;
  readonly type: string | null;
}

/** A server that reads whole bodies, byte for byte, and fails until the last of so many attempts. */
function reading(
  attempts: number,
  sent: Sent[],
  fail: () => Response | Error = () => new Response(null, {status: 503}),
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const bytes = Buffer.from(await request.arrayBuffer()).toString('latin1');
    sent.push({bytes, type: request.headers.get('content-type')});
    if (sent.length >= attempts) return new Response(null);
    const failure = fail();
    if (failure instanceof Error) throw failure;
    return failure;
  };
}

/** Blobs are read outside the event loop: with a timer armed, the clock would not wait for them. */
const untimed = {deadlineMs: null, attemptTimeoutMs: null} as const;

const form = (): FormData => {
  const data = new FormData();
  data.set('name', 'Zoë');
  data.set('file', new Blob([new Uint8Array([0, 255, 13, 10])], {type: 'image/png'}), 'a.png');
  return data;
};

const view = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(`<<${text}>>`)).subarray(2, 2 + text.length);

const bodies: readonly (readonly [what: string, body: () => BodyInit, bytes: string])[] = [
  ['a string', () => 'Zoë', 'Zo\u00c3\u00ab'],
  ['an empty string', () => '', ''],
  ['a part of a buffer', () => view('bytes'), 'bytes'],
  ['an ArrayBuffer', () => new Uint8Array([1, 2, 250]).buffer, '\u0001\u0002\u00fa'],
  ['a DataView', () => new DataView(new Uint8Array([9, 8, 7]).buffer, 1, 2), '\u0008\u0007'],
  ['a Blob', () => new Blob(['blob'], {type: 'text/csv'}), 'blob'],
  ['URLSearchParams', () => new URLSearchParams({a: '1', b: 'x y'}), 'a=1&b=x+y'],
  ['FormData', form, 'Content-Type: image/png\r\n\r\n\u0000\u00ff\r\n\r\n--'],
];

describe('a body @T13', () => {
  for (const [what, body, expected] of bodies) {
    const adapters: readonly [how: string, make: () => [string | Request, ResilientInit]][] = [
      ['', () => [ITEMS, {method: 'PUT', body: body()}]],
      [' in a Request', () => [new Request(ITEMS, {method: 'PUT', body: body()}), {}]],
      [' in a Request, beside null', () => [new Request(ITEMS, {method: 'PUT', body: body()}), {body: null}]],
    ];
    for (const [how, make] of adapters) {
      virtually(`that is ${what}${how} is the same on every attempt`, async makeWorld => {
        const sent: Sent[] = [];
        const world = makeWorld({...untimed, backoff: AT_ONCE}, {fetch: reading(3, sent)});
        const [input, init] = make();
        expect(await world.run(input, init)).to.equal('200');
        expect(sent).to.have.length(3);
        if (what === 'FormData') expect(sent[0]?.bytes).to.include(expected);
        else expect(sent[0]?.bytes).to.equal(expected);
        expect(sent[1]).to.deep.equal(sent[0]);
        expect(sent[2]).to.deep.equal(sent[0]);
      });
    }
  }

  virtually('that is in a Request, beside null, is the same in a hedge', async make => {
    const sent: Sent[] = [];
    const read = reading(1, sent);
    const answers: (() => Promise<Response>)[] = [() => new Promise(() => {}), async () => new Response(null)];
    const world = make(
      {backoff: AT_ONCE, hedge: {delayMs: 5, maxLoadRatio: 1}},
      {fetch: async (...request) => read(...request).then(() => answers.shift()!())},
    );
    const request = new Request(ITEMS, {method: 'PUT', body: 'hedged'});
    const call = world.fetch(request, {body: null});
    while (sent.length < 1) await new Promise(setImmediate);
    await world.clock.advance(5);
    while (sent.length < 2) await new Promise(setImmediate);
    expect((await call).status).to.equal(200);
    expect(sent.map(({bytes}) => bytes)).to.deep.equal(['hedged', 'hedged']);
  });

  virtually('that is a form keeps the boundary of its header', async make => {
    const sent: Sent[] = [];
    const world = make({...untimed, backoff: AT_ONCE}, {fetch: reading(2, sent)});
    await world.run(ITEMS, {method: 'PUT', body: form()});
    const boundary = /boundary=(.+)$/.exec(sent[1]?.type ?? '')?.[1];
    expect(boundary).to.be.a('string');
    expect(sent[1]?.bytes.startsWith(`--${boundary}\r\n`)).to.equal(true);
  });

  virtually('that the caller changes after the call is sent unchanged', async make => {
    const bytes = new Uint8Array([1, 2, 3]);
    const {buffer} = new Uint8Array([1, 2, 3]);
    const parameters = new URLSearchParams({a: '1'});
    const changes: [BodyInit, () => void][] = [
      [bytes, () => bytes.fill(9)],
      [buffer, () => new Uint8Array(buffer).fill(9)],
      [parameters, () => parameters.set('a', '9')],
    ];
    for (const [body, change] of changes) {
      const sent: Sent[] = [];
      const world = make({backoff: {kind: 'constant', delayMs: 100, jitter: 'none'}}, {fetch: reading(2, sent)});
      const end = world.end(ITEMS, {method: 'PUT', body});
      change();
      expect(await world.clock.run(() => end)).to.equal('200');
      expect(sent).to.have.length(2);
      expect(sent[0]?.bytes).to.be.oneOf(['\u0001\u0002\u0003', 'a=1']);
      expect(sent[1]).to.deep.equal(sent[0]);
    }
  });

  virtually('of a Request is kept when the options set other fields', async make => {
    const sent: Sent[] = [];
    const methods: string[] = [];
    const read = reading(2, sent);
    const world = make(
      {backoff: AT_ONCE},
      {
        fetch: (input, init) => {
          methods.push((input as Request).method);
          return read(input, init);
        },
      },
    );
    const request = new Request(ITEMS, {method: 'PUT', body: 'in the request', headers: {'content-type': 'a/b'}});
    expect(await world.run(request, {headers: {'content-type': 'c/d'}})).to.equal('200');
    expect(sent).to.deep.equal([
      {bytes: 'in the request', type: 'c/d'},
      {bytes: 'in the request', type: 'c/d'},
    ]);
    expect(methods).to.deep.equal(['PUT', 'PUT']);
  });

  virtually('that is missing does not prevent the retry of a Request with its headers', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    expect(await world.run(new Request(ITEMS, {headers: {'x-mine': 'yes'}}))).to.equal('200');
    expect(world.header('x-mine')).to.deep.equal(['yes', 'yes']);
  });
});

const streamOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();
const streamed = (): RequestInit => ({method: 'PUT', body: streamOf('streamed'), duplex: 'half'}) as RequestInit;

describe('a body that cannot be kept @T14 @T15', () => {
  const each: readonly (readonly [string, (world: World) => Promise<Response>])[] = [
    ['a stream', world => world.fetch(ITEMS, streamed())],
    ['a string over the limit', world => world.fetch(ITEMS, {method: 'PUT', body: 'Zoë Zoë'})],
    ['bytes over the limit', world => world.fetch(ITEMS, {method: 'PUT', body: new Uint8Array(9)})],
    ['a Blob over the limit', world => world.fetch(ITEMS, {method: 'PUT', body: new Blob(['123456789'])})],
    [
      'parameters over the limit',
      world => world.fetch(ITEMS, {method: 'PUT', body: new URLSearchParams({a: '1234567'})}),
    ],
    ['a form over the limit', world => world.fetch(ITEMS, {method: 'PUT', body: form()})],
    ['a Request over the limit', world => world.fetch(new Request(ITEMS, {method: 'PUT', body: '123456789'}))],
    ['a stream over the limit in a Request', world => world.fetch(new Request(ITEMS, streamed()))],
  ];
  const policy = {...untimed, backoff: AT_ONCE, replayLimitBytes: 7, budget: {refillPerMinute: 0}} as const;

  for (const [what, send] of each) {
    virtually(`limits the call to one attempt, which returns its response: ${what}`, async make => {
      const sent: Sent[] = [];
      const world = make(policy, {fetch: reading(2, sent)});
      const response = await world.clock.run(() => send(world));
      expect(response.status).to.equal(503);
      expect(sent).to.have.length(1);
      expect(sent[0]?.bytes).to.not.equal('');
      expect(reportOf(response)).to.include({refusal: 'body-not-replayable', attempts: 1});
      expect(world.handle.snapshot(world.clock.now()).origins[0]?.budgets).to.deep.equal([{remaining: 1}]);
    });

    virtually(`limits the call to one attempt, which throws its original error: ${what}`, async make => {
      const original = connectionError('ECONNRESET', {syscall: 'read'})();
      const sent: Sent[] = [];
      const world = make(policy, {fetch: reading(2, sent, () => original)});
      const error = await world.clock.run(() => thrown(send(world)));
      expect(error).to.equal(original);
      expect(sent).to.have.length(1);
      expect(reportOf(error)?.refusal).to.equal('body-not-replayable');
    });
  }
});

describe('a body that fails while it is read for a retry', () => {
  virtually('limits the call to one attempt', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    let pulls = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (++pulls > 1) controller.error(new Error('broken'));
        else controller.enqueue(new TextEncoder().encode('a'));
      },
    });
    const request = new Request(ITEMS, {method: 'PUT', body, duplex: 'half'} as RequestInit);
    expect(await world.clock.run(() => thrown(world.fetch(request)))).to.be.instanceOf(Error);
    expect(world.sends).to.be.below(2);
  });
});

describe('a response that is discarded', () => {
  virtually('is left alone if its body is locked', async make => {
    const world = make({backoff: AT_ONCE}, {classify: ({response}) => void response?.body?.getReader()});
    world.serve(answer(503, {}, 'locked'), 200);
    expect(await world.run()).to.equal('200');
  });

  virtually('is cancelled without being read if it is large', async make => {
    let cancelled = false;
    const body = () =>
      new ReadableStream({
        pull: controller => controller.enqueue(new Uint8Array(40_000)),
        cancel: () => {
          cancelled = true;
        },
      });
    let sends = 0;
    // Not the scripted fetch: it gives clones, and a clone is cancelled with its original only.
    const fetch = async () => (sends++ === 0 ? new Response(body(), {status: 503}) : new Response());
    const world = make({backoff: AT_ONCE}, {fetch});
    expect(await world.run()).to.equal('200');
    await world.clock.advance(1000);
    expect(cancelled).to.equal(true);
  });
});
