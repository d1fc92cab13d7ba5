/** The requirements of draft-ietf-httpapi-idempotency-key-header-07, row by row as bench/conformance/idempotency-key-draft.json lists them. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {type IdempotencyOptions, type IdempotencyStore, idempotent, memoryStore} from '../../src/server.ts';
import {ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {deferred, post, told} from './requests.ts';

const page = 'https://shop.example/docs/keys';
const charging = (options: Partial<IdempotencyOptions<Request>> = {}) => {
  let runs = 0;
  const handler = idempotent(() => new Response(`run ${++runs}`, {status: 201}), {
    store: memoryStore(),
    scope: 'everyone',
    describedBy: page,
    on: () => {},
    ...options,
  });
  return {handler, runs: () => runs};
};
const link = (response: Response): string | null => response.headers.get('link');
const described = `<${page}>; rel="describedby"`;

/** The keys that the client sends in calls of two attempts each. */
async function sentKeys(statuses: readonly number[], calls: number): Promise<(string | null)[]> {
  const clock = new VirtualClock();
  const server = new ScriptedFetch(clock, [...statuses]);
  const fetch = createFetch({name: 'charges', idempotency: {}, maxAttempts: 2}, {clock, fetch: server.fetch});
  for (let call = 0; call < calls; call++)
    await clock.run(() => fetch('https://shop.example/charges', {method: 'POST', body: '{}'}));
  return server.requests.map(({headers}) => new Headers(headers).get('idempotency-key'));
}

const ROWS: Readonly<Record<string, () => Promise<void>>> = {
  '2.1 the value is an Item of structured fields, a String': async () => {
    const {handler, runs} = charging();
    for (const form of ['"k"', '"k";v=1', 'k']) expect((await handler(post(form))).status).to.equal(201);
    expect(runs()).to.equal(1);
    expect((await handler(post('"k'))).status).to.equal(400);
  },
  '2.2 a key is not used again with another payload': async () => {
    const {handler, runs} = charging();
    await handler(post('k', 'one'));
    expect((await handler(post('k', 'two'))).status).to.equal(422);
    expect(runs()).to.equal(1);
  },
  '2.2 the resource owner defines what is unique': async () => {
    const {handler, runs} = charging({scope: request => request.headers.get('account')!});
    for (const account of ['a', 'b', 'a']) await handler(post('k', 'x', {account}));
    expect(runs()).to.equal(2);
  },
  '2.2 a key is a UUID or similar': async () => {
    for (const key of await sentKeys([201], 1))
      expect(key).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  },
  '2.3 keys expire by a policy': async () => {
    const clock = new VirtualClock();
    const {handler, runs} = charging({store: memoryStore({clock}), clock});
    await handler(post('k'));
    await clock.advance(24 * 3_600_000 - 1);
    await handler(post('k'));
    expect(runs()).to.equal(1);
    await clock.advance(1);
    await handler(post('k'));
    expect(runs()).to.equal(2);
  },
  '2.4 a fingerprint tells payloads apart': async () => {
    const fingerprints: string[] = [];
    const memory = memoryStore();
    const store: IdempotencyStore = {
      ...{renew: async () => true, abandon: async () => true, release: async () => true},
      complete: (...all) => memory.complete(...all),
      claim: claim => {
        fingerprints.push(claim.fingerprint);
        return memory.claim(claim);
      },
    };
    const {handler} = charging({store});
    for (const body of ['one', 'one', 'two']) await handler(post('k', body));
    expect(fingerprints[0]).to.match(/^[0-9a-f]{64}$/);
    expect(fingerprints[1]).to.equal(fingerprints[0]);
    expect(fingerprints[2]).not.to.equal(fingerprints[0]);
  },
  '2.5 a client sends a unique key with each request': async () => {
    const [first, again, other] = await sentKeys([503, 201, 201], 2);
    expect(again).to.equal(first);
    expect(other).not.to.equal(first);
  },
  '2.5 the resource publishes its rules': async () => {
    const {handler} = charging();
    const response = await handler(post('"'));
    expect(link(response)).to.equal(described);
    expect(((await response.json()) as {type: string}).type).to.equal(`${page}#idempotency-key-invalid`);
  },
  '2.6 the first request is processed': async () => {
    expect(await told(await charging().handler(post('k')))).to.equal('201 run 1');
  },
  '2.6 a retry gets the result of the completed request, success or error': async () => {
    for (const [status, expected] of [
      [201, '201 x'],
      [422, '422 x'],
      [500, '409 OUTCOME_UNKNOWN'],
    ] as const) {
      const handler = idempotent(() => new Response('x', {status}), {
        store: memoryStore(),
        scope: 'everyone',
        on: () => {},
      });
      await handler(post('k'));
      expect(await told(await handler(post('k')))).to.equal(expected);
    }
  },
  '2.6 a concurrent request gets a conflict': async () => concurrent(),
  '2.7 a missing key gets 400 and a link': async () => {
    const response = await charging().handler(post(null));
    expect(link(response)).to.equal(described);
    expect(await told(response)).to.equal('400 IDEMPOTENCY_KEY_MISSING');
  },
  '2.7 a key with another payload gets 422 and a link': async () => {
    const {handler} = charging();
    await handler(post('k', 'one'));
    const response = await handler(post('k', 'two'));
    expect(link(response)).to.equal(described);
    expect(await told(response)).to.equal('422 IDEMPOTENCY_KEY_REUSED');
  },
  '2.7 a concurrent request gets 409 and a description': async () => concurrent(),
  '2.7 a client corrects a refused request before it sends it again, 409 excepted': async () => {
    for (const status of [400, 422]) expect(await sentKeys([status, 201], 1)).to.have.length(1);
  },
  '5 a key is validated before it is looked up': async () => {
    let lookups = 0;
    const {handler} = charging({
      store: {...memoryStore(), claim: () => Promise.reject(new Error(`lookup ${++lookups}`))},
    });
    for (const key of ['', '"', 'a b', 'k'.repeat(256)]) expect((await handler(post(key))).status).to.equal(400);
    expect(lookups).to.equal(0);
  },
  '5 keys are looked up together with the client': async () => {
    const {handler} = charging({scope: request => request.headers.get('account')!});
    await handler(post('k', 'x', {account: 'alice'}));
    expect(await told(await handler(post('k', 'x', {account: 'mallory'})))).to.equal('201 run 2');
  },
};

async function concurrent(): Promise<void> {
  const started = deferred<void>();
  const gate = deferred<Response>();
  const handler = idempotent(
    () => {
      started.resolve();
      return gate.promise;
    },
    {store: memoryStore(), scope: 'everyone', describedBy: page},
  );
  const first = handler(post('k'));
  await started.promise;
  const second = await handler(post('k'));
  expect(second.headers.get('content-type')).to.equal('application/problem+json');
  expect(second.headers.get('retry-after')).to.equal('1');
  expect(link(second)).to.equal(described);
  expect(await told(second)).to.equal('409 REQUEST_RUNNING');
  gate.resolve(new Response('done'));
  await first;
}

describe('the IETF draft', () => {
  const listed = new URL('../../bench/conformance/idempotency-key-draft.json', import.meta.url);
  const {requirements: rows} = JSON.parse(readFileSync(listed, 'utf8')) as {
    requirements: readonly {requirement: string; level: string; steadfetch: string}[];
  };
  it('has the rows that are tested', () => {
    expect(rows.map(({requirement}) => requirement)).to.deep.equal(Object.keys(ROWS));
  });
  for (const {requirement, level, steadfetch} of rows)
    it(`${requirement} (${level}): ${steadfetch}`, async () => {
      expect(ROWS).to.have.property(requirement);
      await ROWS[requirement]!();
    });
});
