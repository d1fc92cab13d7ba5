import {expect} from 'chai';
import fc from 'fast-check';
import type {BreakerState} from '../../src/core/call-view.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {Ticket} from '../../src/guards/breaker.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';
import type {Health} from '../../src/guards/trip.ts';
import type {OpenTimeBreaker as BreakerPolicy} from '../../src/policy/trip-rule.ts';

const ratio = {
  kind: 'ratio',
  failureRatio: 0.5,
  windowMs: 10_000,
  minCalls: 4,
  openMs: 1000,
  maxOpenMs: 5000,
  probes: 2,
  scope: 'origin',
} as const;
const run = {kind: 'consecutive', failures: 3, openMs: 1000, maxOpenMs: 5000, probes: 2, scope: 'origin'} as const;
/** In the middle of ±10 %. */
const middle = () => 0.5;

const made = (policy: BreakerPolicy = ratio, random = middle): Breaker => new Breaker(policy, 'https://h.test', random);

/** Admits and reports at once. */
function attempts(breaker: Breaker, now: number, ...results: Health[]): void {
  for (const health of results) breaker.record(breaker.admit(now)!, health, now);
}
const opened = (policy: BreakerPolicy = ratio, random = middle): Breaker => {
  const breaker = made(policy, random);
  while (breaker.state(0) === 'closed') attempts(breaker, 0, 'failure');
  return breaker;
};

describe('Breaker', () => {
  describe('opens when a share of the attempts failed', () => {
    const [ok, bad, none] = ['success', 'failure', 'nothing'] as const;
    for (const [title, results, state] of [
      ['one failure of one is too few @T27', [bad], 'closed'],
      ['three of three are too few', [bad, bad, bad], 'closed'],
      ['four of four', [bad, bad, bad, bad], 'open'],
      ['exactly half of four', [ok, ok, bad, bad], 'open'],
      ['two of five are less than half', [ok, ok, ok, bad, bad], 'closed'],
      ['a success does not open it', [bad, bad, bad, ok], 'closed'],
      ['but the next failure does', [bad, bad, bad, ok, bad], 'open'],
      ['what says nothing does not count @T30', [bad, bad, bad, none, none, none, none], 'closed'],
      ['nor does it water down', [bad, none, bad, none, bad, none, bad], 'open'],
    ] as const) {
      it(title, () => {
        const breaker = made();
        attempts(breaker, 0, ...results);
        expect(breaker.state(0)).to.equal(state);
      });
    }

    for (const percent of [1, 7, 10, 29, 30, 55, 57, 58, 70, 100])
      it(`${percent} of 100 is ${percent} %, whatever rounding makes of it`, () => {
        const breaker = made({...ratio, failureRatio: percent / 100, minCalls: 100});
        attempts(breaker, 0, ...Array<Health>(100 - percent).fill('success'));
        attempts(breaker, 0, ...Array<Health>(percent - 1).fill('failure'));
        expect(breaker.state(0)).to.equal('closed');
        attempts(breaker, 0, 'failure');
        expect(breaker.state(0)).to.equal('open');
      });

    it('failures of an hour ago do not count @T28', () => {
      const breaker = made();
      attempts(breaker, 0, 'failure', 'failure', 'failure');
      attempts(breaker, 3_600_000, 'failure');
      expect(breaker.state(3_600_000)).to.equal('closed');
    });

    it('refused calls do not count @T31', () => {
      const breaker = opened();
      for (let n = 0; n < 1000; n++) expect(breaker.admit(500)).to.equal(null);
      attempts(breaker, 1000, 'success', 'success');
      attempts(breaker, 1000, 'failure', 'failure', 'failure');
      expect(breaker.state(1000)).to.equal('closed');
      attempts(breaker, 1000, 'failure');
      expect(breaker.state(1000)).to.equal('open');
    });
  });

  describe('counts attempts by their beginning', () => {
    it('and those under way as not failed', () => {
      const breaker = made();
      const slow = Array.from({length: 4}, () => breaker.admit(0)!);
      attempts(breaker, 0, 'failure', 'failure', 'failure');
      expect(breaker.state(0), 'three of seven').to.equal('closed');
      attempts(breaker, 0, 'failure');
      expect(breaker.state(0), 'four of eight').to.equal('open');
      for (const ticket of slow) breaker.record(ticket, 'failure', 9000);
      expect(breaker.retryAfterMs(0), 'and what they say later is of an earlier epoch').to.equal(1000);
    });

    it('and forgets those that never end once the window has passed', () => {
      const breaker = made();
      for (let n = 0; n < 1000; n++) breaker.admit(0);
      attempts(breaker, 9999, 'failure', 'failure', 'failure', 'failure');
      expect(breaker.state(9999), 'four of 1,004').to.equal('closed');
      attempts(breaker, 10_000, 'failure');
      expect(breaker.state(10_000), 'five of five').to.equal('open');
    });

    it('so failures that take longer than the window still open it', () => {
      const breaker = made();
      const hung = [0, 1000, 2000, 3000].map(at => breaker.admit(at)!);
      attempts(breaker, 40_000, 'success', 'success', 'success', 'success', 'success');
      for (const [n, ticket] of hung.entries()) breaker.record(ticket, 'failure', 60_000 + 1000 * n);
      expect(breaker.state(63_000)).to.equal('open');
    });

    it('and ignores those that say nothing about health, even if they end late', () => {
      const breaker = made();
      const aborted = Array.from({length: 10}, () => breaker.admit(0)!);
      attempts(breaker, 0, 'failure', 'failure', 'failure');
      for (const ticket of aborted) breaker.record(ticket, 'nothing', 5000);
      attempts(breaker, 5000, 'failure');
      expect(breaker.state(5000)).to.equal('open');
    });
  });

  describe('takes minCalls', () => {
    const [ok, bad] = ['success', 'failure'] as const;
    for (const [minCalls, results] of [
      [1, [bad]],
      [1, [ok, bad]],
      [2, [ok, bad]],
      [3, [ok, bad, bad]],
      [4, [ok, ok, bad, bad]],
      [5, [ok, ok, bad, bad, bad]],
    ] as const)
      it(`${minCalls} at its word: ${results.join(', ')} opens it, and less does not`, () => {
        const breaker = made({...ratio, minCalls});
        attempts(breaker, 0, ...results.slice(0, -1));
        expect(breaker.state(0)).to.equal('closed');
        attempts(breaker, 0, results.at(-1)!);
        expect(breaker.state(0)).to.equal('open');
      });

    for (const [failureRatio, good, failures] of [
      [0.5, 0, 20],
      [0.5, 2, 22],
      [0.5, 48, 49],
      [0.5, 100, 100],
      [0.1, 0, 20],
      [0.1, 90, 28],
      [1, 0, 20],
    ] as const)
      it(`"auto" for as much evidence as 20 failures: after ${good} successes ${failures} at a ratio of ${failureRatio}`, () => {
        const breaker = made({...ratio, failureRatio, minCalls: 'auto'});
        attempts(breaker, 0, ...Array<Health>(good).fill(ok), ...Array<Health>(failures - 1).fill(bad));
        expect(breaker.state(0)).to.equal('closed');
        attempts(breaker, 0, bad);
        expect(breaker.state(0)).to.equal('open');
      });
  });

  describe('or after failures in a row', () => {
    const [ok, bad, none] = ['success', 'failure', 'nothing'] as const;
    for (const [results, state] of [
      [[bad, bad], 'closed'],
      [[bad, bad, bad], 'open'],
      [[bad, bad, ok, bad, bad], 'closed'],
      [[bad, bad, ok, bad, bad, bad], 'open'],
      [[bad, bad, none, bad], 'open'],
    ] as const)
      it(`${results.join(', ')}: ${state}`, () => {
        const breaker = made(run);
        attempts(breaker, 0, ...results);
        expect(breaker.state(0)).to.equal(state);
      });

    it('in the order in which they began, not in which they ended', () => {
      const breaker = made(run);
      const [a, b, c, d, e] = Array.from({length: 5}, () => breaker.admit(0)!);
      for (const ticket of [a, c, e]) breaker.record(ticket!, bad, 20);
      expect(breaker.state(20), 'two are under way between them').to.equal('closed');
      breaker.record(b!, ok, 180);
      breaker.record(d!, bad, 200);
      expect(breaker.state(200), 'c, d and e').to.equal('open');
    });

    it('with an attempt between them that says nothing about health', () => {
      const breaker = made(run);
      const [a, b, c, d] = Array.from({length: 4}, () => breaker.admit(0)!);
      for (const ticket of [a, b, d]) breaker.record(ticket!, bad, 20);
      breaker.record(c!, none, 30);
      expect(breaker.state(30)).to.equal('open');
    });
  });

  describe('open', () => {
    it('refuses until its time is over', () => {
      const breaker = opened();
      for (const [now, state, retryAfterMs, refuses] of [
        [0, 'open', 1000, true],
        [999, 'open', 1, true],
        [1000, 'half-open', 0, false],
        [9000, 'half-open', 0, false],
      ] as const)
        expect([breaker.state(now), breaker.retryAfterMs(now), breaker.refuses(now)]).to.deep.equal([
          state,
          retryAfterMs,
          refuses,
        ]);
      expect(breaker.admit(999)).to.equal(null);
      expect(breaker.admit(1000)).not.to.equal(null);
    });

    for (const [chance, ms] of [
      [0, 900],
      [0.5, 1000],
      [1 - 2 ** -32, 1100],
    ] as const)
      it(`for openMs, give or take 10 %: ${ms} ms at random = ${chance.toFixed(2)}`, () => {
        expect(opened(ratio, () => chance).retryAfterMs(0)).to.be.closeTo(ms, 1e-6);
      });

    it('for openMs again and again, however often the probes fail, where maxOpenMs is null', () => {
      const breaker = opened({...ratio, maxOpenMs: null});
      for (let now = 0, round = 0; round < 20; round++) {
        expect(breaker.retryAfterMs(now)).to.equal(1000);
        now += 1000;
        attempts(breaker, now, 'failure');
      }
    });

    it('twice as long after each probe that fails, up to maxOpenMs, and openMs again once it has closed', () => {
      const breaker = opened();
      const seen: number[] = [];
      let now = 0;
      for (let round = 0; round < 5; round++) {
        seen.push(breaker.retryAfterMs(now));
        now += breaker.retryAfterMs(now);
        attempts(breaker, now, 'failure');
      }
      expect(seen).to.deep.equal([1000, 2000, 4000, 5000, 5000]);
      now += breaker.retryAfterMs(now);
      attempts(breaker, now, 'success', 'success');
      expect(breaker.state(now)).to.equal('closed');
      attempts(breaker, now, 'failure', 'failure', 'failure', 'failure');
      expect(breaker.retryAfterMs(now)).to.equal(1000);
    });
  });

  describe('half-open', () => {
    it('admits exactly `probes` of many attempts at once @T24', () => {
      const breaker = opened();
      const admitted = Array.from({length: 50}, () => breaker.admit(1000)).filter(ticket => ticket !== null);
      expect(admitted).to.have.length(2);
      expect(breaker.refuses(1000)).to.equal(true);
    });

    it('and no more of them after the first has passed', () => {
      const breaker = opened();
      attempts(breaker, 1000, 'success');
      const admitted = Array.from({length: 50}, () => breaker.admit(1000)).filter(ticket => ticket !== null);
      expect(admitted).to.have.length(1);
    });

    it('a probe without an answer frees its place after the open time, and still counts when it ends', () => {
      const breaker = opened();
      const [first, second] = [breaker.admit(1000)!, breaker.admit(1500)!];
      for (const [at, refuses] of [
        [1999, true],
        [2000, false],
      ] as const)
        expect(breaker.refuses(at), `at ${at}`).to.equal(refuses);
      expect(breaker.admit(2000)).not.to.equal(null);
      expect(breaker.refuses(2000), 'the place of the second is still taken').to.equal(true);
      breaker.record(first, 'success', 2100);
      breaker.record(second, 'success', 2200);
      expect(breaker.state(2200)).to.equal('closed');
    });

    it('is open again for a time that is counted from its last probe', () => {
      const breaker = opened();
      const [first] = [breaker.admit(1000)!, breaker.admit(1600)!];
      breaker.record(first, 'failure', 1900);
      expect(breaker.retryAfterMs(1900), '1600 + 2000 - 1900').to.equal(1700);
    });

    for (const [failureRatio, results, state] of [
      [0.5, ['failure'], 'half-open'],
      [0.5, ['failure', 'success'], 'half-open'],
      [0.5, ['failure', 'success', 'success'], 'closed'],
      [0.5, ['success', 'success'], 'closed'],
      [0.5, ['failure', 'failure'], 'open'],
      [0.1, ['failure'], 'open'],
      [0.1, ['success', 'success'], 'half-open'],
      [1, ['failure', 'failure'], 'half-open'],
      [1, ['failure', 'failure', 'failure'], 'open'],
      [1, ['success'], 'closed'],
    ] as const)
      it(`with a ratio of ${failureRatio} and three probes is ${state} after ${results.join(', ')}`, () => {
        const breaker = opened({...ratio, failureRatio, probes: 3});
        attempts(breaker, 1000, ...results);
        expect(breaker.state(1000)).to.equal(state);
      });

    for (const [failures, results, state] of [
      [1, ['failure'], 'open'],
      [1, ['success', 'success'], 'half-open'],
      [2, ['failure', 'failure'], 'open'],
      [4, ['failure', 'failure', 'failure'], 'open'],
      [4, ['failure', 'failure', 'success'], 'closed'],
    ] as const)
      it(`with a run of ${failures} and three probes is ${state} after ${results.join(', ')}`, () => {
        const breaker = opened({...run, failures, probes: 3});
        attempts(breaker, 1000, ...results);
        expect(breaker.state(1000)).to.equal(state);
      });

    it('closes when all probes succeed', () => {
      const breaker = opened();
      attempts(breaker, 1000, 'success');
      expect(breaker.state(1000)).to.equal('half-open');
      attempts(breaker, 1000, 'success');
      expect(breaker.state(1000)).to.equal('closed');
    });

    it('opens at the first failure of two probes if the ratio is a half', () => {
      const breaker = opened();
      const [first, second] = [breaker.admit(1000)!, breaker.admit(1000)!];
      breaker.record(first, 'failure', 1100);
      expect(breaker.state(1100)).to.equal('open');
      breaker.record(second, 'success', 1200);
      expect([breaker.state(1200), breaker.retryAfterMs(1200)]).to.deep.equal(['open', 1800]);
    });

    it('a probe that says nothing frees its place @T25', () => {
      const breaker = opened();
      for (let n = 0; n < 100; n++) attempts(breaker, 1000, 'nothing');
      expect(breaker.state(1000)).to.equal('half-open');
      attempts(breaker, 1000, 'success', 'success');
      expect(breaker.state(1000)).to.equal('closed');
    });

    it('with probes 0 never closes, and admits no probe', () => {
      const breaker = opened({...ratio, probes: 0});
      expect(breaker.refuses(1000)).to.equal(true);
      for (const now of [1000, 1e6, 1e12]) {
        expect(breaker.admit(now)).to.equal(null);
        expect(breaker.refuses(now)).to.equal(true);
        expect(breaker.state(now)).to.equal('half-open');
      }
    });
  });

  describe('a result of an earlier epoch changes nothing @T23', () => {
    it('a slow success does not close an open breaker, nor pass as a probe', () => {
      const breaker = made();
      const slow = [breaker.admit(0)!, breaker.admit(0)!];
      attempts(breaker, 0, 'failure', 'failure');
      breaker.record(slow[0]!, 'success', 500);
      expect(breaker.state(500)).to.equal('open');
      const probe = breaker.admit(1000)!;
      breaker.record(slow[1]!, 'success', 1000);
      breaker.record(probe, 'success', 1000);
      expect(breaker.state(1000), 'one of two probes passed').to.equal('half-open');
    });

    it('a slow failure neither reopens it, nor counts once it has closed', () => {
      const breaker = made({...ratio, minCalls: 1});
      const slow = [breaker.admit(0)!, breaker.admit(0)!];
      attempts(breaker, 0, 'failure', 'failure');
      const probes = [breaker.admit(1000)!, breaker.admit(1000)!];
      breaker.record(slow[0]!, 'failure', 1000);
      expect(breaker.state(1000)).to.equal('half-open');
      for (const probe of probes) breaker.record(probe, 'success', 1000);
      breaker.record(slow[1]!, 'failure', 1000);
      expect(breaker.state(1000)).to.equal('closed');
    });

    it('a probe of a former half-open time frees no place of this one', () => {
      const breaker = opened();
      const [first, second] = [breaker.admit(1000)!, breaker.admit(1000)!];
      breaker.record(first, 'failure', 1000);
      const now = 1000 + breaker.retryAfterMs(1000);
      breaker.admit(now);
      breaker.admit(now);
      breaker.record(second, 'nothing', now);
      expect(breaker.admit(now)).to.equal(null);
    });
  });

  it('failures that come in together open it once, and it is half-open later @T26', () => {
    const breaker = made();
    const changes: BreakerState[] = [];
    breaker.onChange = (_, to) => changes.push(to);
    const together = Array.from({length: 20}, () => breaker.admit(0)!);
    for (const [n, ticket] of together.entries()) breaker.record(ticket, 'failure', n);
    expect(changes).to.deep.equal(['open']);
    expect(breaker.state(9 + 999), 'since the tenth').to.equal('open');
    expect(breaker.state(9 + 1000)).to.equal('half-open');
  });

  it('a wall clock that is set an hour back or ahead has no effect @T29', async () => {
    const clock = new VirtualClock();
    const breaker = opened();
    for (const hours of [-1, 2, -1]) {
      clock.setWall(clock.wall() + hours * 3_600_000);
      expect(breaker.retryAfterMs(clock.now())).to.equal(1000);
    }
    await clock.advance(1000);
    expect(breaker.state(clock.now())).to.equal('half-open');
  });

  describe('listeners @T33', () => {
    it('are called once for every change', () => {
      const breaker = made();
      const changes: string[] = [];
      breaker.onChange = (from, to) => changes.push(`${from} > ${to}`);
      attempts(breaker, 0, 'failure', 'failure', 'failure', 'failure');
      expect(breaker.state(1000), 'looking is no change').to.equal('half-open');
      expect(changes).to.deep.equal(['closed > open']);
      attempts(breaker, 1000, 'failure');
      attempts(breaker, 3000, 'success', 'success');
      expect(changes.slice(1)).to.deep.equal([
        'open > half-open',
        'half-open > open',
        'open > half-open',
        'half-open > closed',
      ]);
    });

    it('may ask the breaker back', () => {
      const breaker = opened();
      const taken: (Ticket | null)[] = [];
      breaker.onChange = (_, to) => {
        if (to === 'half-open') taken.push(breaker.admit(1000));
      };
      const outer = breaker.admit(1000);
      expect(new Set([outer, ...taken]).has(null)).to.equal(false);
      expect(breaker.admit(1000), 'two probes are out').to.equal(null);
    });
  });

  describe('against a model, in whatever order things come', () => {
    interface Flight {
      readonly at: number;
      readonly state: BreakerState;
      readonly generation: number;
      end: Health | null;
    }

    /** Says the same in the plainest way: it keeps every attempt and looks through all of them. */
    class Model {
      state: BreakerState = 'closed';
      generation = 0;
      until = 0;
      openMs: number;
      flights: Flight[] = [];
      readonly policy: BreakerPolicy;

      constructor(policy: BreakerPolicy) {
        this.policy = policy;
        this.openMs = policy.openMs;
      }

      become(state: BreakerState): void {
        this.state = state;
        this.generation++;
        this.flights = [];
      }

      admit(now: number): Flight | null {
        if (this.state === 'open' && now >= this.until) this.become('half-open');
        if (this.state === 'open') return null;
        if (this.state === 'half-open') {
          const taken = this.flights.filter(({at, end}) =>
            end === null ? now < at + this.openMs : end !== 'nothing',
          ).length;
          if (taken >= this.policy.probes) return null;
        }
        const flight: Flight = {at: now, state: this.state, generation: this.generation, end: null};
        this.flights.push(flight);
        return flight;
      }

      record(flight: Flight, health: Health, now: number): void {
        if (flight.generation !== this.generation) return;
        flight.end = health;
        if (this.state === 'half-open') this.assessProbes();
        else if (this.hasSeenEnough(flight)) this.open(now, this.openMs);
      }

      assessProbes(): void {
        const {policy, flights} = this;
        const failed = flights.filter(({end}) => end === 'failure').length;
        const passed = flights.filter(({end}) => end === 'success').length;
        const mayFail =
          policy.kind === 'ratio' ? policy.probes * policy.failureRatio : Math.min(policy.failures, policy.probes);
        if (failed > 0 && failed >= mayFail)
          this.open(
            Math.max(...flights.map(({at}) => at)),
            Math.min(policy.maxOpenMs ?? policy.openMs, this.openMs * 2),
          );
        else if (passed > 0 && policy.probes - passed < Math.max(mayFail, 0.5)) {
          this.openMs = policy.openMs;
          this.become('closed');
        }
      }

      open(since: number, openMs: number): void {
        this.openMs = openMs;
        this.until = since + openMs;
        this.become('open');
      }

      hasSeenEnough(flight: Flight): boolean {
        const {policy} = this;
        const counted = this.flights.filter(({end}) => end !== 'nothing');
        if (policy.kind === 'consecutive') {
          const rows = counted.map(({end}) => (end === 'failure' ? 'F' : '.')).join('');
          return flight.end !== 'success' && rows.includes('F'.repeat(policy.failures));
        }
        if (flight.end !== 'failure') return false;
        const bucket = (at: number): number => Math.floor(at / (policy.windowMs / 10));
        const recent = counted.filter(({at}) => bucket(at) > bucket(flight.at) - 10 && bucket(at) <= bucket(flight.at));
        const failed = recent.filter(({end}) => end === 'failure').length;
        return recent.length >= Number(policy.minCalls) && failed / recent.length >= policy.failureRatio;
      }
    }

    const steps = fc.array(
      fc.tuple(
        fc.constantFrom('admit', 'admit', 'success', 'failure', 'failure', 'nothing', 'wait'),
        fc.nat(1000),
        fc.integer({min: 0, max: 1500}),
      ),
      {minLength: 100, maxLength: 200},
    );
    const policies = fc.oneof(
      fc.record({
        ...mapConstant(ratio),
        failureRatio: fc.constantFrom(0.1, 0.5, 1),
        minCalls: fc.integer({min: 1, max: 4}),
        windowMs: fc.constantFrom(1000, 10_000),
        maxOpenMs: fc.constantFrom(null, 5000),
        probes: fc.nat(3),
      }),
      fc.record({...mapConstant(run), failures: fc.integer({min: 1, max: 3}), probes: fc.nat(3)}),
    );

    it('admits, refuses and changes as the model does', () => {
      const visited = new Set<string>();
      fc.assert(
        fc.property(policies, steps, (policy, script) => {
          const breaker = made(policy as BreakerPolicy);
          const model = new Model(policy as BreakerPolicy);
          const flying: {ticket: Ticket; flight: Flight}[] = [];
          let now = 0;
          for (const [what, which, later] of script) {
            if (what === 'wait') now += later;
            else if (what === 'admit') {
              const refuses = breaker.refuses(now);
              const ticket = breaker.admit(now);
              const flight = model.admit(now);
              expect(ticket === null).to.equal(flight === null);
              expect(refuses).to.equal(flight === null);
              if (ticket !== null && flight !== null) flying.push({ticket, flight});
            } else if (flying.length > 0) {
              const [landed] = flying.splice(which % flying.length, 1);
              breaker.record(landed!.ticket, what, now);
              model.record(landed!.flight, what, now);
            }
            const state = model.state === 'open' && now >= model.until ? 'half-open' : model.state;
            expect(breaker.state(now)).to.equal(state);
            expect(breaker.retryAfterMs(now)).to.equal(model.state === 'open' ? Math.max(0, model.until - now) : 0);
            visited.add(`${state} ${model.generation}`);
          }
        }),
        {seed: 23, numRuns: 300},
      );
      expect(visited, 'the walk came round more than once').to.include('closed 3').and.to.include('open 5');
    });
  });
});

function mapConstant<T extends object>(values: T): {[K in keyof T]: fc.Arbitrary<T[K]>} {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    [K in keyof T]: fc.Arbitrary<T[K]>;
  };
}
