/** The quotas that a service keeps, and what it says of them. */
import {expect} from 'chai';
import type {ServiceQuotaInput} from '../../../src/simulate/scenario/types.ts';
import {ServiceWorld} from './service-world.ts';

const world = (...quotas: readonly ServiceQuotaInput[]): ServiceWorld => new ServiceWorld({latencyMs: {ms: 0}, quotas});

describe('a quota of the service', () => {
  it('as a bucket comes back evenly', async () => {
    const service = world({max: 2, perMs: 1000});
    for (const atMs of [0, 0, 0, 499, 500]) service.arrive(atMs);
    expect((await service.run()).toSorted()).to.deep.equal([
      '0: 200 at 0',
      '1: 200 at 0',
      '2: 429 at 0',
      '3: 429 at 499',
      '4: 200 at 500',
    ]);
  });

  it('as a window comes back at once', async () => {
    const service = world({max: 1, perMs: 1000, kind: 'window'});
    for (const atMs of [900, 950, 1000, 1999, 2000]) service.arrive(atMs);
    expect((await service.run()).toSorted()).to.deep.equal([
      '0: 200 at 900',
      '1: 429 at 950',
      '2: 200 at 1000',
      '3: 429 at 1999',
      '4: 200 at 2000',
    ]);
  });

  it('counts the tokens that a request asks for, and takes nothing from the others where one is used up', async () => {
    const service = world({max: 2, perMs: 60_000}, {unit: 'tokens', max: 100, perMs: 60_000});
    service.arrive(0, {inputTokens: 30, outputTokens: 60});
    service.arrive(1, {inputTokens: 20, outputTokens: 0});
    service.arrive(2, {inputTokens: 5, outputTokens: 0});
    expect((await service.run()).toSorted()).to.deep.equal(['0: 200 at 0', '1: 429 at 1', '2: 200 at 2']);
  });

  it('is kept for each client apart where the scenario says so', async () => {
    const service = world({max: 1, perMs: 1000, scope: 'client'});
    service.arrive(0, {}, 0);
    service.arrive(0, {}, 1);
    service.arrive(0, {}, 1);
    expect((await service.run()).toSorted()).to.deep.equal(['0: 200 at 0', '1: 200 at 0', '2: 429 at 0']);
  });

  it('says in whole seconds when to come back', async () => {
    const service = world({max: 1, perMs: 5500});
    service.arrive(0);
    service.arrive(100);
    await service.run();
    expect(service.answers[1]!.headers.get('retry-after')).to.equal('6');
  });

  it('says on every response what remains, where that is its hint', async () => {
    const service = world({max: 10, perMs: 1000, kind: 'window', hints: 'rate-limit'});
    service.arrive(250);
    await service.run();
    const {headers} = service.answers[0]!;
    expect(headers.entries).to.deep.equal([
      ['x-ratelimit-limit-requests', '10'],
      ['x-ratelimit-remaining-requests', '9'],
      ['x-ratelimit-reset-requests', '750ms'],
    ]);
  });

  it('says nothing where it has no hints', async () => {
    const service = world({max: 1, perMs: 1000, hints: 'none'});
    service.arrive(0);
    service.arrive(0);
    await service.run();
    expect(service.answers[1]!.headers.entries).to.deep.equal([]);
  });
});
