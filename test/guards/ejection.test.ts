import {expect} from 'chai';
import {Ejections, isOutlier} from '../../src/guards/ejection.ts';
import {EndpointLoad} from '../../src/guards/endpoint-load.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';

const POLICY = {...defaultPolicy.failover.ejection, maxEjectedShare: 0.5};
/** So many attempts, of which so many failed, and so many were refused. */
type Counts = [all: number, failed: number, refused?: number];

function loadOf(...[all, failed, refused = 0]: Counts): EndpointLoad {
  const load = new EndpointLoad({pending: 0});
  for (let n = 0; n < all; n++) load[n < failed ? 'failed' : n < failed + refused ? 'refused' : 'answered'](1, 0);
  return load;
}

describe('isOutlier', () => {
  const cases: [string, Counts, Counts[], 'failed' | 'refused' | null][] = [
    ['one in five fails, none elsewhere', [50, 10], [[100, 0]], 'failed'],
    [
      'one in five fails, at the others too',
      [50, 10],
      [
        [50, 9],
        [50, 11],
      ],
      null,
    ],
    ['too few attempts to say', [19, 19], [[100, 0]], null],
    ['too few attempts elsewhere', [50, 10], [[19, 0]], null],
    ['twenty of twenty', [20, 20], [[20, 0]], 'failed'],
    ['three of twenty may be chance', [20, 3], [[100, 0]], null],
    // envoyproxy/envoy#18752: where nearly all succeeds, two failures are many deviations.
    ['2 % fail, none elsewhere', [10_000, 200], [[10_000, 0]], null],
    ['half fail, and 42 % elsewhere', [10_000, 5000], [[10_000, 4200]], null],
    ['all fail everywhere', [50, 50], [[50, 50]], null],
    ['none fail', [50, 0], [[50, 0]], null],
    ['all are refused, and a tenth fails elsewhere', [50, 0, 50], [[50, 5]], 'refused'],
    ['a tenth fails, and all are refused elsewhere', [50, 5], [[50, 0, 50]], null],
    ['nearly all fail, and all are refused elsewhere', [50, 48], [[50, 0, 50]], null],
    ['a fifth is refused, none elsewhere', [100, 0, 20], [[100, 0]], 'refused'],
    ['a fifth is refused, and half fail elsewhere', [100, 0, 20], [[100, 50]], null],
    ['half are refused everywhere', [100, 0, 50], [[100, 0, 45]], null],
    ['half are refused everywhere, and a fifth of the others fails here', [100, 20, 40], [[100, 0, 50]], 'failed'],
  ];
  for (const [title, own, others, expected] of cases)
    it(`${title}: ${expected ?? 'no'}`, () => {
      const loads = others.map(counts => loadOf(...counts));
      expect(isOutlier(loadOf(...own), loads, POLICY, 0)).to.equal(expected);
    });

  it('counts attempts in flight as not failed', () => {
    const load = loadOf(30, 15);
    expect(isOutlier(load, [loadOf(100, 0)], POLICY, 0)).to.equal('failed');
    for (let n = 0; n < 200; n++) load.begin({startedAt: 0});
    expect(isOutlier(load, [loadOf(100, 0)], POLICY, 0)).to.equal(null);
  });

  it('forgets what is older than 30 s', () => {
    expect(isOutlier(loadOf(50, 50), [loadOf(50, 0)], POLICY, 33_000)).to.equal(null);
  });
});

describe('Ejections', () => {
  const middle = (): number => 0.5;

  it('last longer each time, up to the longest', () => {
    const ejections = new Ejections();
    const lasted: number[] = [];
    for (let now = 0, n = 0; n < 12; n++) {
      const ms = ejections.eject(POLICY, middle, now);
      lasted.push(ms / 1000);
      now += ms;
    }
    expect(lasted).to.deep.equal([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
  });

  // envoyproxy/envoy#6016: the time never became shorter again.
  it('last as long as the first again, after the endpoint has stayed in', () => {
    const ejections = new Ejections();
    let now = 0;
    for (let n = 0; n < 4; n++) now += ejections.eject(POLICY, middle, now);
    now += 2 * POLICY.ejectMs;
    expect(ejections.eject(POLICY, middle, now), 'five, less two').to.equal(90_000);
    expect(ejections.eject(POLICY, middle, now + 90_000 + 10 * POLICY.ejectMs)).to.equal(30_000);
  });

  it('are spread, so that the clients of an endpoint do not all return at once', () => {
    const durations = [0, 0.999].map(chance => new Ejections().eject(POLICY, () => chance, 0));
    expect(durations[0]).to.equal(27_000);
    expect(durations[1]).to.be.closeTo(33_000, 10);
  });

  it('end by themselves, and that is reported once', () => {
    const ejections = new Ejections();
    expect([ejections.isOut(0), ejections.returns(0)]).to.deep.equal([false, false]);
    ejections.eject(POLICY, middle, 0);
    expect([ejections.isOut(29_999), ejections.returns(29_999)]).to.deep.equal([true, false]);
    expect([ejections.isOut(30_000), ejections.returns(30_000), ejections.returns(30_000)]).to.deep.equal([
      false,
      true,
      false,
    ]);
  });

  it('are followed by a tenth of the share, which grows to all of it in 30 s', () => {
    const ejections = new Ejections();
    expect(ejections.shareAt(0)).to.equal(1);
    ejections.eject(POLICY, middle, 0);
    expect([30_000, 45_000, 60_000, 90_000].map(at => ejections.shareAt(at))).to.deep.equal([0.1, 0.55, 1, 1]);
  });
});
