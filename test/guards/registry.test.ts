/** Which calls share a guard, and how long it is kept. */

import {expect} from 'chai';
import {useEverything} from '../../src/features/everything.ts';
import {REFUSED} from '../../src/guards/budget.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import type {GuardSettings, Guards} from '../../src/guards/origin-guards.ts';
import {GuardRegistry, NO_GUARDS} from '../../src/guards/registry.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {mergePolicy} from '../../src/policy/merge.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

useEverything();

const ORIGIN = 'https://h.test';
const registry = () => new GuardRegistry(new LocalGuards(() => 0.5));

function settings(input: PolicyInput = {}, route?: string): GuardSettings {
  const policy = mergePolicy(defaultPolicy, input);
  const {budget, breaker, quota, concurrency, hedge, retryAfter, endpoints} = policy;
  return {
    policy,
    route,
    guardKey: JSON.stringify([route, budget, breaker, quota, concurrency, hedge, retryAfter.scope, endpoints]),
  };
}
const endpoints = [
  {name: 'one', origin: ORIGIN},
  {name: 'two', origin: 'https://i.test'},
];
const all: PolicyInput = {
  quota: {},
  concurrency: {max: 2},
  hedge: {delayMs: 5},
  retryAfter: {scope: 'origin'},
  endpoints,
};
/** Opens within one failure. */
const nervous: PolicyInput = {breaker: {kind: 'consecutive', failures: 1}};

function trip(guards: Guards, now = 0): void {
  guards.breaker!.record(guards.breaker!.admit(now)!, 'failure', now, now);
}

const guardsIn = (guards: Guards): string[] =>
  Object.keys(guards).filter(key => !['origin', 'accounts', 'namedWaits'].includes(key));

describe('GuardRegistry', () => {
  describe('shares', () => {
    for (const [title, one, other, shared] of [
      [
        'equal settings share everything',
        settings(all),
        settings(all),
        ['budget', 'breaker', 'quota', 'concurrency', 'hedge', 'hold', 'load'],
      ],
      [
        'other settings of a budget are another budget, and nothing else',
        settings(all),
        settings({...all, budget: {capacity: 5}}),
        ['breaker', 'quota', 'concurrency', 'hedge', 'hold', 'load'],
      ],
      [
        'another kind too',
        settings(all),
        settings({...all, breaker: {kind: 'consecutive'}}),
        ['budget', 'quota', 'concurrency', 'hedge', 'hold', 'load'],
      ],
      [
        'other settings of a concurrency limit are another limit, and nothing else',
        settings(all),
        settings({...all, concurrency: {max: 3}}),
        ['budget', 'breaker', 'quota', 'hedge', 'hold', 'load'],
      ],
      [
        'other settings of a quota are another quota, and nothing else',
        settings(all),
        settings({...all, quota: {queue: 3}}),
        ['budget', 'breaker', 'concurrency', 'hedge', 'hold', 'load'],
      ],
      [
        'a quota of scope route stands before its route alone',
        settings({...all, quota: {scope: 'route'}}, 'search'),
        settings({...all, quota: {scope: 'route'}}, 'orders'),
        ['budget', 'breaker', 'concurrency', 'hold'],
      ],
      [
        'routes share all but the hedge and the load, which know the latency of their route',
        settings(all, 'search'),
        settings(all, 'orders'),
        ['budget', 'breaker', 'quota', 'concurrency', 'hold'],
      ],
      [
        'a breaker of scope route stands before its route alone',
        settings({...all, breaker: {scope: 'route'}}, 'search'),
        settings({...all, breaker: {scope: 'route'}}, 'orders'),
        ['budget', 'quota', 'concurrency', 'hold'],
      ],
      [
        'calls without a route share one of scope route',
        settings({...all, breaker: {scope: 'route'}}),
        settings({...all, breaker: {scope: 'route'}, maxAttempts: 9}),
        ['budget', 'breaker', 'quota', 'concurrency', 'hedge', 'hold', 'load'],
      ],
    ] as const) {
      it(title, () => {
        const guards = registry();
        const [a, b] = [guards.at(ORIGIN, one, 0), guards.at(ORIGIN, other, 0)];
        const same = guardsIn(a).filter(key => a[key as keyof Guards] === b[key as keyof Guards]);
        expect(same).to.have.members([...shared]);
      });
    }

    it('existing guards are returned: a call creates none', () => {
      const guards = registry();
      expect(guards.at(ORIGIN, settings(all), 0)).to.equal(guards.at(ORIGIN, settings(all), 0));
    });

    it('nothing between origins', () => {
      const guards = registry();
      const [a, b] = [guards.at(ORIGIN, settings(all), 0), guards.at('https://i.test', settings(all), 0)];
      expect(guardsIn(a)).not.to.be.empty;
      for (const key of guardsIn(a)) expect(a[key as keyof Guards], key).not.to.equal(b[key as keyof Guards]);
    });

    it('guards that the policy does not have are null, and all guards are null without an origin', () => {
      const off = settings({budget: null, breaker: null});
      for (const guards of [registry().at(ORIGIN, off, 0), NO_GUARDS])
        expect(guards).to.deep.include({
          budget: null,
          breaker: null,
          quota: null,
          concurrency: null,
          hedge: null,
          hold: null,
          load: null,
        });
    });

    it('a breaker of scope route says which it stands before', () => {
      const guards = registry();
      expect(guards.at(ORIGIN, settings(), 0).breaker!.guarded).to.equal('https://h.test');
      expect(guards.at(ORIGIN, settings({breaker: {scope: 'route'}}, 'search'), 0).breaker!.guarded).to.equal(
        'https://h.test (search)',
      );
    });

    for (const [kind, calls, grants] of [
      ['token-bucket', 0, 7],
      ['ratio', 10, 1],
    ] as const)
      it(`a budget of kind ${kind} is that`, () => {
        const budget = registry().at(ORIGIN, settings({budget: {kind}}), 0).budget!;
        for (let n = 0; n < calls; n++) budget.callStarted(0);
        let granted = 0;
        while (budget.withdraw(false, 0) !== REFUSED) granted++;
        expect(granted).to.equal(grants);
      });
  });

  it('a replaced policy keeps the state of unchanged guards', () => {
    const guards = registry();
    const before = guards.at(ORIGIN, settings(nervous), 0);
    trip(before);
    before.budget!.withdraw(false, 0);
    const after = guards.at(ORIGIN, settings({...nervous, budget: {capacity: 50}}), 0);
    expect(after.breaker!.state(0)).to.equal('open');
    expect(after.budget!.remaining(0), 'a new budget is full').to.equal(1);
    const back = guards.at(ORIGIN, settings(nervous), 0);
    expect(back.budget!.remaining(0), 'and the old one is as it was').to.equal(0.86);
  });

  describe('retain', () => {
    const GUARDS = ['budget', 'breaker', 'concurrency', 'hedge', 'hold', 'load'] as const;
    const hedged = {...all, hedge: {delayMs: 9}};
    for (const [title, inForce, kept] of [
      ['keeps what the settings in force still name', [settings(all)], GUARDS],
      ['whichever of them names it', [settings(nervous), settings(all)], GUARDS],
      ['forgets all but the hold of settings that are gone', [], ['hold']],
      ['forgets a budget alone', [settings({...all, budget: {capacity: 5}})], without('budget')],
      ['or a breaker', [settings({...all, breaker: {openMs: 7}})], without('breaker')],
      ['or a limit', [settings({...all, concurrency: {max: 9}})], without('concurrency')],
      ['or a hedge', [settings(hedged)], without('hedge')],
      ['forgets what only the policy without routes named', [settings(all, 'search')], without('hedge', 'load')],
    ] as const)
      it(title, () => {
        const guards = registry();
        const before = guards.at(ORIGIN, settings(all), 0);
        guards.retain(inForce);
        const after = guards.at(ORIGIN, settings(all), 0);
        expect(GUARDS.filter(each => before[each] === after[each])).to.deep.equal(kept);
      });

    it('at every origin', () => {
      const guards = registry();
      for (const origin of [ORIGIN, 'https://i.test']) guards.at(origin, settings(), 0);
      guards.retain([]);
      expect(guards.snapshot(0).map(({budgets, breakers}) => budgets.length + breakers.length)).to.deep.equal([0, 0]);
    });

    function without(...gone: (typeof GUARDS)[number][]): string[] {
      return GUARDS.filter(each => !gone.includes(each));
    }
  });

  it('listeners hear of every breaker, of each origin', () => {
    const guards = registry();
    const heard: string[] = [];
    guards.breakerListeners.add((guarded, from, to) => heard.push(`${guarded}: ${from} > ${to}`));
    trip(guards.at(ORIGIN, settings(nervous), 0));
    trip(guards.at('https://i.test', settings({breaker: {kind: 'consecutive', failures: 1, scope: 'route'}}, 'r'), 0));
    expect(heard).to.deep.equal(['https://h.test: closed > open', 'https://i.test (r): closed > open']);
  });

  it('a snapshot has the state of all guards', () => {
    const guards = registry();
    const at = guards.at(ORIGIN, settings({...nervous, ...all}), 0);
    trip(at);
    at.concurrency!.tryEnter();
    at.budget!.withdraw(false, 0);
    expect(guards.snapshot(2000)).to.deep.equal([
      {
        origin: ORIGIN,
        breakers: [{route: undefined, state: 'open', retryAfterMs: 3000, waiting: 0}],
        budgets: [{remaining: (86 + (2000 * 14) / 60_000) / 100}],
        quotas: [{route: undefined, waiting: 0, heldMs: 0, learnedPerSecond: 10, limits: []}],
        concurrency: [{max: 2, inFlight: 1, waiting: 0}],
      },
    ]);
  });

  describe('remembers no more than 1,000 origins @T34', () => {
    const origin = (n: number) => `https://h${n}.test`;
    const known = (guards: GuardRegistry) => new Set(guards.snapshot(0).map(each => each.origin));
    const filled = (input: PolicyInput = nervous, prepare = (_n: number, _at: Guards): void => {}): GuardRegistry => {
      const guards = registry();
      for (let n = 0; n < 1000; n++) prepare(n, guards.at(origin(n), settings(input), 0));
      return guards;
    };

    it('the one that was not called for the longest time is removed', () => {
      const guards = filled();
      guards.at(origin(0), settings(nervous), 0); // Now the youngest.
      guards.at('https://new.test', settings(nervous), 0);
      const left = known(guards);
      expect(left.size).to.equal(1000);
      expect([left.has(origin(0)), left.has(origin(1)), left.has(origin(2))]).to.deep.equal([true, false, true]);
    });

    it('for any number of origins', () => {
      const guards = registry();
      for (let n = 0; n < 3000; n++) guards.at(origin(n), settings(), 0);
      const left = known(guards);
      expect(left.size).to.equal(1000);
      expect([left.has(origin(1999)), left.has(origin(2000))]).to.deep.equal([false, true]);
    });

    it('an open breaker is kept: forgetting it would close it', () => {
      const guards = filled(nervous, (n, at) => n < 10 && trip(at));
      for (let n = 0; n < 500; n++) guards.at(`https://new${n}.test`, settings(nervous), 0);
      const left = known(guards);
      for (let n = 0; n < 10; n++) expect(left.has(origin(n)), origin(n)).to.equal(true);
      expect(guards.at(origin(0), settings(nervous), 0).breaker!.state(0)).to.equal('open');
    });

    it('one open breaker of several keeps the origin', () => {
      const byRoute = (failures: number): PolicyInput => ({breaker: {kind: 'consecutive', failures, scope: 'route'}});
      const guards = filled(nervous);
      guards.at(origin(0), settings(byRoute(5), 'calm'), 0);
      trip(guards.at(origin(0), settings(byRoute(1), 'search'), 0));
      for (let n = 0; n < 1500; n++) guards.at(`https://new${n}.test`, settings(nervous), 0);
      expect(known(guards).has(origin(0))).to.equal(true);
    });

    it('a half-open breaker keeps the origin', () => {
      const guards = filled(nervous, (n, at) => n === 0 && trip(at));
      guards.at('https://new.test', settings(nervous), 1e9);
      expect(known(guards).has(origin(0))).to.equal(true);
    });

    it('attempts in flight keep the origin, because its places would be given out twice', () => {
      const guards = filled(all, (n, at) => n === 0 && at.concurrency!.tryEnter());
      guards.at('https://new.test', settings(all), 0);
      const left = known(guards);
      expect([left.has(origin(0)), left.has(origin(1))]).to.deep.equal([true, false]);
    });

    it('a hold keeps the origin until the hold ends', () => {
      for (const [now, isKept] of [
        [4999, true],
        [5000, false],
      ] as const) {
        const guards = filled(all, (n, at) => n === 0 && at.hold!.hold(5000, 0));
        guards.at('https://new.test', settings(all), now);
        expect(known(guards).has(origin(0)), `at ${now}`).to.equal(isKept);
      }
    });

    it('even if every origin has a reason to be kept', () => {
      const guards = filled(nervous, (_, at) => trip(at));
      guards.at('https://new.test', settings(nervous), 0);
      const left = known(guards);
      expect(left.size).to.equal(1000);
      expect([left.has(origin(0)), left.has(origin(1)), left.has('https://new.test')]).to.deep.equal([
        false,
        true,
        true,
      ]);
    });
  });

  describe('overrides of single calls', () => {
    const override = (input: PolicyInput): GuardSettings => ({...settings(input), isOverride: true});
    const EVERYTHING = (n: number): PolicyInput => ({
      hedge: {delayMs: n + 1, maxLoadRatio: 0.1},
      budget: {capacity: n + 1},
      breaker: {kind: 'consecutive', failures: n + 1},
      concurrency: {max: n + 1},
    });

    it('leave a bounded number of guards, and those of the policy', () => {
      const guards = registry();
      const own = guards.at(ORIGIN, settings(all), 0);
      for (let n = 0; n < 10_000; n++) guards.at(ORIGIN, override(EVERYTHING(n)), 0);
      const [left] = guards.snapshot(0);
      for (const kind of ['budgets', 'breakers', 'concurrency'] as const)
        expect(left![kind], kind).to.have.lengthOf.below(70);
      const again = guards.at(ORIGIN, settings(all), 0);
      expect(again).to.deep.equal(own);
      expect(again.budget).to.equal(own.budget);
      expect(again.breaker).to.equal(own.breaker);
    });

    it('keep the guards of those that are used', () => {
      const guards = registry();
      const used = guards.at(ORIGIN, override(EVERYTHING(0)), 0);
      for (let n = 1; n < 1000; n++) {
        guards.at(ORIGIN, override(EVERYTHING(n)), 0);
        expect(guards.at(ORIGIN, override(EVERYTHING(0)), 0)).to.equal(used);
      }
    });

    it('share the guards of the policy where their settings are the same, also when they are forgotten', () => {
      const guards = registry();
      const own = guards.at(ORIGIN, settings(), 0);
      for (let n = 0; n < 1000; n++) {
        const {budget, breaker} = guards.at(ORIGIN, override({hedge: {delayMs: n}}), 0);
        expect([budget === own.budget, breaker === own.breaker]).to.deep.equal([true, true]);
      }
      expect(guards.at(ORIGIN, settings(), 0)).to.equal(own);
      expect(guards.snapshot(0)[0]!.budgets).to.have.length(1);
    });

    it('share one limit of hedges for all delays', () => {
      const guards = registry();
      const at = (n: number) => guards.at(ORIGIN, override({hedge: {delayMs: n, maxLoadRatio: 0.1}}), 0).hedge!;
      for (let n = 0; n < 100; n++) at(n).callStarted(0);
      const hedged = Array.from({length: 100}, (_, n) => at(n).tryHedge(0));
      expect(hedged.filter(Boolean)).to.have.length(10);
    });
  });

  it('asks few breakers when an origin is new while a thousand are open', () => {
    const guards = registry();
    for (let n = 0; n < 1000; n++) trip(guards.at(`https://h${n}.test`, settings(nervous), 0));
    const {state} = Breaker.prototype;
    let asked = 0;
    Breaker.prototype.state = function (now) {
      asked++;
      return state.call(this, now);
    };
    try {
      for (let n = 0; n < 1000; n++) guards.at(`https://new${n}.test`, settings(nervous), 0);
    } finally {
      Breaker.prototype.state = state;
    }
    // Each once, and a few again for each new origin.
    expect(asked).to.be.below(1000 + 10 * 1000);
    expect(guards.snapshot(0).filter(({breakers}) => breakers[0]!.state === 'open').length).to.be.above(990);
  });

  it('finds the origin that is no longer in use among a thousand that are', () => {
    const guards = registry();
    const oneProbe: PolicyInput = {breaker: {kind: 'consecutive', failures: 1, probes: 1}};
    const tripped = (origin: string): Guards => {
      const at = guards.at(origin, settings(oneProbe), 0);
      trip(at);
      return at;
    };
    const all = Array.from({length: 1000}, (_, n) => tripped(`https://h${n}.test`));
    tripped('https://new.test'); // All were examined now.
    const {breaker} = all[500]!;
    breaker!.record(breaker!.admit(1e6)!, 'success', 1e6, 1e6);
    for (let n = 0; n < 130; n++) tripped(`https://new${n}.test`);
    expect(guards.snapshot(0).filter(({breakers}) => breakers[0]!.state === 'closed')).to.deep.equal([]);
  });
});
