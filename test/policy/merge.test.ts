/** The order of merging, as docs/policy.md words it. */

import {expect} from 'chai';
import fc from 'fast-check';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {flattenLayers} from '../../src/policy/flatten.ts';
import {mergePolicy} from '../../src/policy/merge.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {Policy, PolicyInput} from '../../src/policy/types.ts';

const merged = (...layers: PolicyInput[]): Policy => layers.reduce(mergePolicy, defaultPolicy);

describe('mergePolicy', () => {
  for (const [title, layers, expected] of [
    ['nothing changes nothing', [{}], {}],
    ['undefined is left out', [{maxAttempts: undefined, backoff: {baseMs: undefined}}], {}],
    ['a scalar replaces', [{deadlineMs: 1}, {deadlineMs: 2}], {deadlineMs: 2}],
    ['null is off', [{budget: null, deadlineMs: null}], {budget: null, deadlineMs: null}],
    ['an array replaces', [{retryOn: [500, 503]}, {retryOn: [429]}], {retryOn: [429]}],
    [
      'an object merges key by key',
      [{backoff: {baseMs: 7}}, {backoff: {capMs: 9}}],
      {backoff: {...defaultPolicy.backoff, baseMs: 7, capMs: 9}},
    ],
    [
      'the same kind merges too',
      [{backoff: {baseMs: 7}}, {backoff: {kind: 'exponential', capMs: 9}}],
      {backoff: {...defaultPolicy.backoff, baseMs: 7, capMs: 9}},
    ],
    [
      'another kind replaces whole, from its own defaults',
      [{backoff: {jitter: 'none', baseMs: 7}}, {backoff: {kind: 'linear', stepMs: 5}}],
      {backoff: {kind: 'linear', baseMs: 100, throttledBaseMs: 1000, stepMs: 5, capMs: 20_000, jitter: 'full'}},
    ],
    [
      'a layer without a kind keeps the kind below',
      [{backoff: {kind: 'constant', delayMs: 7}}, {backoff: {jitter: 'equal'}}],
      {backoff: {kind: 'constant', delayMs: 7, throttledBaseMs: 1000, jitter: 'equal'}},
    ],
    [
      'an object over null starts from its defaults',
      [{concurrency: {max: 5}}],
      {concurrency: {kind: 'fixed', max: 5, queue: 0}},
    ],
    [
      'of a kind',
      [{budget: null}, {budget: {kind: 'ratio'}}],
      {budget: {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0}},
    ],
    [
      'or of the first kind',
      [{budget: null}, {budget: {capacity: 5}}],
      {budget: {...defaultPolicy.budget, capacity: 5}},
    ],
    ['and forgets what was before null', [{budget: {capacity: 5}}, {budget: null}, {budget: {}}], {}],
    [
      'hedge.quantile takes the place of a lower delayMs',
      [{hedge: {delayMs: 5, maxLoadRatio: 0.2}}, {hedge: {quantile: 0.9}}],
      {hedge: {quantile: 0.9, maxLoadRatio: 0.2, to: 'same'}},
    ],
    [
      'hedge.delayMs takes the place of a lower quantile',
      [{hedge: {quantile: 0.9}}, {hedge: {delayMs: 5}}],
      {hedge: {delayMs: 5, maxLoadRatio: 0.05, to: 'same'}},
    ],
    [
      'neither of them is lost when only the load changes',
      [{hedge: {quantile: 0.9}}, {hedge: {maxLoadRatio: 0.1}}],
      {hedge: {quantile: 0.9, maxLoadRatio: 0.1, to: 'same'}},
    ],
    [
      'objects inside objects merge too',
      [{objective: {assume: {rps: 5}}}, {objective: {assume: {hangRatio: 0.1}}}],
      {objective: {assume: {rps: 5, hangRatio: 0.1}}},
    ],
    [
      'extensions and the machinery of files are gone',
      [{$schema: 's', extends: [], routes: [], 'x-note': 1, backoff: {'x-note': 1}}],
      {},
    ],
  ] as [string, PolicyInput[], Partial<Policy>][]) {
    it(title, () => expect(merged(...layers)).to.deep.equal({...defaultPolicy, ...expected}));
  }

  it('changes neither layer', () => {
    const layer = Object.freeze({backoff: Object.freeze({baseMs: 7})});
    expect(() => mergePolicy(defaultPolicy, layer)).not.to.throw();
    expect(defaultPolicy.backoff).to.have.property('baseMs', 100);
  });
});

const backoff = fc.oneof(
  fc.record(
    {
      kind: fc.constant('exponential' as const),
      baseMs: fc.nat(9),
      jitter: fc.constantFrom('none' as const, 'equal' as const),
    },
    {requiredKeys: ['kind']},
  ),
  fc.record(
    {kind: fc.constant('list' as const), delaysMs: fc.array(fc.nat(9), {minLength: 1, maxLength: 3})},
    {requiredKeys: ['kind']},
  ),
  fc.record(
    {throttledBaseMs: fc.nat(9), jitter: fc.constantFrom('none' as const, 'full' as const)},
    {requiredKeys: []},
  ),
);
const budget = fc.option(
  fc.oneof(
    fc.constant({kind: 'ratio' as const, ratio: 0.3}),
    fc.constant({kind: 'token-bucket' as const}),
    fc.constant({kind: 'token-bucket' as const, capacity: 7}),
  ),
);
const hedge = fc.option(
  fc.oneof(
    fc.record({delayMs: fc.nat(9)}),
    fc.constant({quantile: 0.5}),
    fc.constant({quantile: 0.9, maxLoadRatio: 0.5}),
  ),
);
const routes = fc.array(fc.constantFrom({match: {path: '/a'}, maxAttempts: 1}, {match: {path: '/b'}, deadlineMs: 5}), {
  maxLength: 2,
});
const layer: fc.Arbitrary<PolicyInput> = fc.record(
  {backoff, budget, hedge, routes, maxAttempts: fc.option(fc.integer({min: 1, max: 9}))},
  {requiredKeys: []},
);

describe('flattenLayers', () => {
  it('returns one policy that resolves like its layers', () => {
    fc.assert(
      fc.property(fc.array(layer, {maxLength: 4}), layers => {
        const {policy, routes: resolved} = resolvePolicy(flattenLayers(layers));
        expect(policy).to.deep.equal(merged(...layers));
        expect(resolved.map(({template}) => template)).to.deep.equal(
          layers.toReversed().flatMap(({routes: own}) => (own ?? []).map(({match}) => match.path)),
        );
      }),
    );
  });

  it('sets no field that no layer sets', () => {
    expect(flattenLayers([{maxAttempts: 2}, {backoff: {baseMs: 5}}])).to.deep.equal({
      version: 1,
      maxAttempts: 2,
      backoff: {...defaultPolicy.backoff, baseMs: 5},
    });
  });
});
