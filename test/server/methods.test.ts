/** The methods whose keys are read. */
import {expect} from 'chai';
import {type IdempotencyOptions, idempotent, memoryStore} from '../../src/server.ts';
import {told} from './requests.ts';

describe('the methods', () => {
  const cases: [string, Partial<IdempotencyOptions<Request>>, number][] = [
    ['POST', {}, 1],
    ['PATCH', {}, 1],
    ['PUT', {}, 2],
    ['DELETE', {}, 2],
    ['GET', {}, 2],
    ['PUT', {methods: ['put', 'delete']}, 1],
    ['DELETE', {methods: ['put', 'delete']}, 1],
    ['POST', {methods: ['put', 'delete']}, 2],
  ];
  for (const [method, options, runs] of cases)
    it(`${method} with a key, sent twice, with ${JSON.stringify(options)}: runs ${runs}`, async () => {
      let ran = 0;
      const handler = idempotent(() => new Response(`run ${++ran}`), {
        store: memoryStore(),
        scope: 'everyone',
        ...options,
      });
      const send = (): Promise<Response> =>
        handler(new Request('https://shop.example/charges/1', {method, headers: {'idempotency-key': 'k'}}));
      expect(await told(await send())).to.equal('200 run 1');
      const second = await send();
      expect(second.headers.has('idempotent-replayed')).to.equal(runs === 1);
      expect(await told(second)).to.equal(`200 run ${runs}`);
    });

  it('named in `methods` need a key', async () => {
    const handler = idempotent(() => new Response('done'), {
      store: memoryStore(),
      scope: 'everyone',
      methods: ['PUT'],
    });
    const response = await handler(new Request('https://shop.example/charges/1', {method: 'PUT'}));
    expect(await told(response)).to.equal('400 IDEMPOTENCY_KEY_MISSING');
  });
});
