import {expect} from 'chai';
import {definePolicy} from '../../src/features/everything.ts';
import {type GuardFactory, LocalGuards} from '../../src/guards/guard-factory.ts';

describe('a handle with guards that several processes share', () => {
  it('says whether their store answers', () => {
    const local = new LocalGuards(() => 0.5);
    const guards: GuardFactory = {
      budget: settings => local.budget(settings),
      breaker: (settings, guarded) => local.breaker(settings, guarded),
      quota: (settings, guarded) => local.quota(settings, guarded),
      concurrency: settings => local.concurrency(settings),
      store: {isAvailable: false, listeners: new Set<never>()},
    };
    expect(definePolicy({}, () => 0.5, guards).guards.storeAvailable).to.equal(false);
    expect(definePolicy({}).guards.storeAvailable).to.equal(undefined);
  });
});
