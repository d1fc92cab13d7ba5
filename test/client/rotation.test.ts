import {expect} from 'chai';
import {inRotation} from '../../src/client/rotation.ts';
import {EndpointLoad} from '../../src/guards/endpoint-load.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';

interface Facts {
  readonly name: string;
  readonly rank?: number;
  /** Of 50 attempts. */
  readonly failed?: number;
  readonly refused?: number;
  readonly isOpen?: boolean;
  readonly isHeld?: boolean;
}

/** Endpoints that are asked again and again. */
class Rank {
  readonly told: string[] = [];
  readonly #candidates;
  readonly #policy;

  constructor(maxEjectedShare: number, facts: readonly Facts[]) {
    this.#policy = {...defaultPolicy.failover.ejection, maxEjectedShare};
    this.#candidates = facts.map(({name, rank = 1, failed = 0, refused = 0, isOpen = false, isHeld = false}) => {
      const load = new EndpointLoad({pending: 0});
      for (let n = 0; n < 50; n++) load[n < failed ? 'failed' : n < failed + refused ? 'refused' : 'answered'](1, 0);
      return {
        endpoint: {name, rank},
        guards: {load},
        freeInMs: isOpen || isHeld ? 5000 : 0,
        isOpen,
        isAvoided: false,
        outage: null,
      };
    });
  }

  open(...names: readonly string[]): void {
    for (const candidate of this.#candidates)
      if (names.includes(candidate.endpoint.name)) Object.assign(candidate, {isOpen: true, freeInMs: 5000});
  }

  /** Who is in, at that time. */
  at(now: number): string {
    const notify = (name: string, ms: number, reason: string): void =>
      void this.told.push(`${name} ${ms} ${reason}`.trim());
    return inRotation(this.#candidates, this.#policy, () => 0.5, now, notify)
      .map(({endpoint}) => endpoint.name)
      .join('');
  }
}

describe('inRotation', () => {
  for (const [title, maxEjectedShare, facts, expected] of [
    ['all, where nothing may be ejected', 0, [{name: 'a', failed: 25}, {name: 'b'}, {name: 'c'}], 'abc'],
    ['all but the outlier', 0.5, [{name: 'a', failed: 20}, {name: 'b'}, {name: 'c'}], 'bc'],
    ['one of two', 0.5, [{name: 'a', failed: 20}, {name: 'b'}], 'b'],
    // envoyproxy/envoy#3263, #26877: one host was ejected whatever the limit was, and one more than the limit.
    ['none of two, where a third may be out', 0.33, [{name: 'a', failed: 20}, {name: 'b'}], 'ab'],
    ['one of three at a half, not two', 0.5, [{name: 'a', failed: 40}, {name: 'b', failed: 20}, {name: 'c'}], 'bc'],
    // envoyproxy/envoy#17504: the only host was ejected.
    [
      'one alone in its rank',
      1,
      [
        {name: 'a', failed: 50},
        {name: 'b', rank: 2},
      ],
      'ab',
    ],
    [
      'each rank by itself',
      0.5,
      [{name: 'a', failed: 20}, {name: 'b'}, {name: 'c', rank: 2, failed: 20}, {name: 'd', rank: 2}],
      'bd',
    ],
    [
      'all that fail alike',
      0.5,
      [
        {name: 'a', failed: 25},
        {name: 'b', failed: 25},
      ],
      'ab',
    ],
    [
      'no outlier where an open breaker has taken the place',
      0.5,
      [
        {name: 'a', failed: 20},
        {name: 'b', isOpen: true},
      ],
      'ab',
    ],
    [
      'the outlier beside an open breaker, where two of four may be out',
      0.5,
      [{name: 'a', failed: 20}, {name: 'b', isOpen: true}, {name: 'c'}, {name: 'd'}],
      'bcd',
    ],
    [
      'an outlier, where the others are held',
      0.5,
      [
        {name: 'a', failed: 20},
        {name: 'b', isHeld: true},
      ],
      'ab',
    ],
  ] as const)
    it(`${title}: ${expected}`, () => expect(new Rank(maxEjectedShare, facts).at(0)).to.equal(expected));

  it('ejects one after another, as far as the policy allows, and never the last', () => {
    const rank = new Rank(1, [{name: 'a', failed: 25}, {name: 'b', failed: 15}, {name: 'c'}]);
    expect([rank.at(0), rank.at(0), rank.at(0)]).to.deep.equal(['bc', 'c', 'c']);
  });

  it('tells of each ejection and each return, with the numbers', () => {
    const rank = new Rank(0.5, [{name: 'a', failed: 20}, {name: 'b'}, {name: 'c'}]);
    expect([rank.at(0), rank.at(29_999), rank.at(30_000), rank.at(30_000)]).to.deep.equal(['bc', 'bc', 'abc', 'abc']);
    expect(rank.told).to.deep.equal(['a 30000 20 of 50 attempts failed, and 0 of 100 at the others', 'a 0']);
  });

  it('tells of an endpoint that refuses what the others answer', () => {
    const rank = new Rank(0.5, [
      {name: 'a', failed: 5},
      {name: 'b', refused: 50},
    ]);
    expect(rank.at(0)).to.equal('a');
    expect(rank.told).to.deep.equal(['b 30000 50 of 50 attempts were refused, and 0 of 50 at the others']);
  });

  // envoyproxy/envoy#28304: requests went to ejected hosts, because half of all were out.
  it('ignores ejections when more than the policy allows is out, and heeds them again', () => {
    const rank = new Rank(0.5, [{name: 'a', failed: 20}, {name: 'b'}, {name: 'c'}, {name: 'd'}]);
    expect(rank.at(0)).to.equal('bcd');
    rank.open('b');
    expect(rank.at(1), 'half is out').to.equal('bcd');
    rank.open('b', 'c');
    expect(rank.at(2), 'more than half').to.equal('abcd');
  });
});
