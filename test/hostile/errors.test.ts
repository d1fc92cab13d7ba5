/** Errors of a client whose fields throw when they are read: the call settles, and its caller gets that error. */
import {expect} from 'chai';
import ky from 'ky';
import {runBatch} from '../../src/batch/run-batch.ts';
import {createFetch, type PolicyInput, type Ports, resilience} from '../../src/core.ts';
import {guard} from '../../src/function/guard.ts';

const POLICY = {breaker: null, budget: null, backoff: {baseMs: 0, throttledBaseMs: 0}} as const;
const FIELDS =
  `status statusCode response request headers body data error responseBody code cause errors message name stack path detail
  networkError resilience redirected url`.split(/\s+/);

const throwing = (): never => {
  throw new Error('said by a getter');
};
const withGetter = (error: object, field: string): object => Object.defineProperty(error, field, {get: throwing});
const everything = (): object => new Proxy(new Error('all of it'), {get: throwing, has: throwing});

const ERRORS: Record<string, () => unknown> = {
  'a proxy that throws for each field': everything,
  'a response that throws for each field': () => Object.assign(new Error('failed'), {response: everything()}),
  'headers that throw for each field': () => Object.assign(new Error('failed'), {status: 503, headers: everything()}),
  'headers whose get throws': () => Object.assign(new Error('failed'), {status: 429, headers: {get: throwing}}),
  'headers whose value throws': () =>
    Object.assign(new Error('failed'), {
      status: 429,
      headers: Object.defineProperty({}, 'retry-after', {enumerable: true, get: throwing}),
    }),
  'headers whose value has no text': () =>
    Object.assign(new Error('failed'), {status: 429, headers: {'retry-after': {toString: throwing}}}),
  'a frozen error': () => Object.freeze(Object.assign(new Error('failed'), {status: 503})),
};
for (const field of FIELDS)
  for (const status of [undefined, 429, 503])
    ERRORS[`a ${field} that throws${status === undefined ? '' : `, with the status ${status}`}`] = () =>
      withGetter(Object.assign(new Error('failed'), field !== 'status' && status !== undefined && {status}), field);

describe('an error with', () => {
  for (const [what, make] of Object.entries(ERRORS)) {
    it(`${what}: a guarded function throws it`, async () => {
      const error = make();
      let thrown: unknown;
      await guard(POLICY)(() => {
        throw error;
      }).catch(each => {
        thrown = each;
      });
      expect(thrown === error, String(Object.getOwnPropertyDescriptor(thrown, 'message')?.value)).to.equal(true);
    });

    for (const [client, send] of [
      ['createFetch', createFetch],
      ['ky', (policy: PolicyInput, {fetch = globalThis.fetch}: Ports) => ky.create({fetch}).extend(resilience(policy))],
    ] as const)
      it(`${what}: ${client} rejects`, async () => {
        const error = make();
        const fetch = send(POLICY, {fetch: () => Promise.reject(error)});
        let thrown: unknown;
        await fetch('https://shop.test/orders', {method: 'POST', body: 'order'}).catch(each => {
          thrown = each;
        });
        if (client === 'createFetch') expect(thrown === error).to.equal(true);
        else expect(thrown).to.be.an('error'); // ky may put an error of its own around it.
      });

    for (const [kind, chunked] of [
      ['an item', false],
      ['a chunk', true],
    ] as const)
      it(`${what}: ${kind} of a batch fails by it`, async () => {
        const error = make();
        const send = (): never => {
          throw error;
        };
        const failures: {error?: unknown}[] = [];
        const job = chunked ? {chunkSize: 2, sendChunk: send} : send;
        await runBatch(['a'], job as never, {
          policy: POLICY,
          onResult: result => void failures.push(result.ok ? {} : result.failure),
        });
        expect(failures).to.have.length(1);
        expect(failures[0]!.error === error).to.equal(true);
      });
  }
});
