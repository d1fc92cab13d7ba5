import {expect} from 'chai';
import {EndpointLoad, type OriginLoad} from '../../src/guards/endpoint-load.ts';

const load = (origin: OriginLoad = {pending: 0}): EndpointLoad => new EndpointLoad(origin);
const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

describe('EndpointLoad', () => {
  describe('what is in flight', () => {
    it('is counted over all routes of the origin, and each attempt once', () => {
      const origin = {pending: 0};
      const [reads, reports] = [load(origin), load(origin)];
      const [a, b, c] = [{startedAt: 0}, {startedAt: 1}, {startedAt: 2}];
      reads.begin(a);
      reads.begin(b);
      reports.begin(c);
      expect([reads.pending, reports.pending]).to.deep.equal([3, 3]);
      reads.end(a);
      reads.end(a);
      reads.end({startedAt: 0});
      expect([reads.pending, reports.pending]).to.deep.equal([2, 2]);
    });

    it('makes an endpoint as slow as the oldest attempt, which is waiting still', () => {
      const hung = load();
      hung.answered(50, 0);
      const [old, young] = [{startedAt: 100}, {startedAt: 900}];
      hung.begin(old);
      hung.begin(young);
      expect(hung.latencyMs(1100, 1)).to.equal(1000);
      hung.end(old);
      expect(hung.latencyMs(1100, 1)).to.equal(200);
    });
  });

  describe('latency', () => {
    it('is unknown before the first answer', () => {
      expect(load().averageMs(0)).to.equal(null);
      expect(load().latencyMs(0, 30)).to.equal(30);
      expect(load().latencyMs(0, 0)).to.equal(0);
    });

    it('jumps to a peak, and leaves it slowly', () => {
      const peaked = load();
      peaked.answered(50, 0);
      peaked.answered(500, 100);
      expect(peaked.averageMs(100)).to.equal(500);
      peaked.answered(50, 1100);
      expect(rounded(peaked.averageMs(1100)), '500 e^-0.1 + 50 (1 - e^-0.1)').to.equal(457);
    });

    it('decays while no answer comes, so that an endpoint that was slow is tried again', () => {
      const idle = load();
      idle.answered(500, 0);
      expect([0, 10_000, 23_026, 60_000].map(at => rounded(idle.averageMs(at)))).to.deep.equal([500, 184, 50, 1]);
    });

    it('decays later for hedges', () => {
      const idle = load();
      expect(idle.recentMs(0)).to.equal(0);
      idle.answered(500, 0);
      expect(rounded(idle.recentMs(60_000))).to.equal(184);
    });

    for (const how of ['failed', 'interrupted'] as const)
      it(`is not lowered by an attempt that ${how === 'failed' ? 'failed' : 'was interrupted'}, and is raised by one that took long`, () => {
        const endpoint = load();
        endpoint[how](40, 0);
        expect(endpoint.averageMs(0), 'no answer is known').to.equal(null);
        expect(
          [10, 90].map(ms => endpoint.latencyMs(0, ms)),
          'at least so long',
        ).to.deep.equal([40, 90]);
        endpoint.answered(500, 0);
        endpoint[how](1, 1000);
        expect(rounded(endpoint.averageMs(1000)), 'decays as if nothing had been sent').to.equal(452);
        endpoint[how](800, 1000);
        expect(endpoint.averageMs(1000)).to.equal(800);
      });

    it('that had decayed is what it was, once an attempt outlasts it', () => {
      const endpoint = load();
      endpoint.answered(500, 0);
      endpoint.interrupted(130, 20_000); // The decayed average is 68 ms.
      expect(endpoint.averageMs(20_000)).to.equal(500);
    });

    it('is what it was, if a hedge that began later was answered first', () => {
      const endpoint = load();
      endpoint.answered(500, 0);
      endpoint.outrun(130, 5000);
      expect(endpoint.averageMs(5000)).to.equal(500);
      endpoint.outrun(700, 6000);
      expect(endpoint.averageMs(6000)).to.equal(700);
    });
  });

  describe('the share of successes', () => {
    for (const [title, answered, failed, inFlight, share] of [
      ['is 1 before the first attempt', 0, 0, 0, 1],
      ['counts the next attempt as a success', 0, 1, 0, 0.5],
      ['is never 0', 0, 99, 0, 0.01],
      ['counts attempts in flight as successes', 0, 1, 8, 0.9],
      ['is that of the attempts which said something', 79, 20, 0, 0.8],
    ] as const)
      it(title, () => {
        const endpoint = load();
        for (let n = 0; n < answered; n++) endpoint.answered(10, 0);
        for (let n = 0; n < failed; n++) endpoint.failed(10, 0);
        for (let n = 0; n < inFlight; n++) endpoint.begin({startedAt: 0});
        expect(endpoint.successShare(0)).to.equal(share);
      });

    it('forgets failures after 30 s, but not attempts that were interrupted: those said nothing', () => {
      const endpoint = load();
      endpoint.failed(1, 0);
      endpoint.interrupted(1, 0);
      expect(endpoint.successShare(26_000)).to.equal(0.5);
      expect(endpoint.successShare(33_000)).to.equal(1);
    });
  });
});
