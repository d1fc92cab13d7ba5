/** What the client refuses to start with is an error of the linter, and what the linter says the client refuses, the client refuses. */

import {expect} from 'chai';
import fc from 'fast-check';
import type {Finding} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import {InvalidPolicyError, type PolicyProblem} from '../../src/core/errors.ts';
import {flattenLayers} from '../../src/policy/flatten.ts';
import {layersOf} from '../../src/policy/layers.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {runs} from '../support/runs.ts';

const one = fc.constantFrom;
const orNull = (value: fc.Arbitrary<unknown>) => fc.oneof(one(null), value);
const some = (fields: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) =>
  fc.record(fields, {requiredKeys: required});

const header = one('x-a', 'X-A', 'Idempotency-Key', 'idempotency-key', 'x-correlation-id', 'x-b', 'authorization');
const origin = one(
  'https://a.example',
  'https://A.example',
  'https://a.example:443',
  'https://%61.example',
  'https://a.example.',
  'https://b.example',
  'http://a.example:80',
  'http://a.example',
  'https://münchen.example',
  'https://xn--mnchen-3ya.example',
  'https://10.0.0.1',
  'https://0x0a000001',
  'https://[::1]',
  'https://[0:0::1]',
  'https://a.example:0',
  'https://a.example:65536',
  'https://10.0.0.256',
  'https://a_b.example',
  'https://xn--zz--zz.example',
);
const endpoint = some({name: one('a', 'b', 'A'), origin, rank: one(1, 2), readyPath: one('/r')}, 'name', 'origin');

/** Fields that a layer below, or a route above, may contradict. */
const fields = {
  maxAttempts: one(1, 2, 'unlimited', null),
  deadlineMs: one(null, 1000),
  hedge: orNull(some({delayMs: one(10), quantile: one(0.9), to: one('other', 'same'), maxLoadRatio: one(0.1)})),
  quota: orNull(some({learn: one(true, false), limits: one([], [{unit: 'requests', max: 1, perMs: 1000}])})),
  breaker: orNull(
    some({
      kind: one('ratio', 'adaptive', 'consecutive'),
      openMs: one(7000, 90_000),
      maxOpenMs: one(6000, null),
      minProbeMs: one(5000),
      maxProbeMs: one(50),
      failures: one(3),
    }),
  ),
  backoff: some({kind: one('exponential', 'linear', 'list'), stepMs: one(5), factor: one(2), delaysMs: one([1])}),
  budget: orNull(some({kind: one('ratio', 'token-bucket'), ratio: one(0.1), capacity: one(5)})),
  concurrency: orNull(some({kind: one('adaptive', 'fixed'), min: one(5, 10), max: one(5, 7)})),
  idempotency: orNull(some({header, methods: one([], ['POST'])})),
  correlation: orNull(some({header, requestIdHeader: header, sendTo: fc.array(origin, {maxLength: 2})})),
  deadlineHeader: orNull(header),
  attemptHeader: orNull(header),
  endpoints: orNull(fc.array(endpoint, {minLength: 1, maxLength: 3})),
};

/** A few fields of all: what contradicts another field is rare where every field is set. */
const few = fc
  .tuple(fc.shuffledSubarray(Object.keys(fields), {minLength: 1, maxLength: 4}), some(fields))
  .map(([kept, all]) => Object.fromEntries(Object.entries(all).filter(([key]) => kept.includes(key))));
const route = fc
  .tuple(some({origin, path: one('/a', '/b/*')}), few)
  .map(([match, own]) => ({match, name: 'r', ...own}));
const layer = fc
  .tuple(few, fc.array(route, {maxLength: 2}))
  .map(([own, routes]) => ({...own, ...(routes.length > 0 && {routes})}) as PolicyInput);
const presetNames = one('steadfetch:llm', 'steadfetch:payments', 'steadfetch:batch', 'steadfetch:interactive');
const policy = fc
  .tuple(layer, layer, one<'' | 'base' | 'preset'>('', 'base', 'preset'), presetNames)
  .map(([own, base, below, preset]) => ({base, preset, below, own}));

/** As `loadPolicy` and `createFetch` do it. */
function problemsOf(layers: readonly PolicyInput[]): readonly PolicyProblem[] {
  try {
    resolvePolicy(flattenLayers(layers));
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidPolicyError);
    return (error as InvalidPolicyError).problems;
  }
}

async function errorsIn(own: PolicyInput, base: PolicyInput = {}): Promise<readonly Finding[]> {
  const files = {'p.json': JSON.stringify(own), 'base.json': JSON.stringify(base)};
  const {findings} = await lintText({path: 'p.json', files});
  return findings.filter(({severity}) => severity === 'error');
}

const named = (url: string, index: number) => ({name: `e${index}`, origin: url});

/** Errors of RL401 that are not about what the client refuses. */
const isOther = ({message}: Finding): boolean => /^correlation\.requestIdHeader is .*gets another key/.test(message);

describe('a policy that the client refuses', function () {
  this.timeout(120_000);
  const cases = runs(400, 8000);

  it(`has an error for each problem, and no policy that the client accepts has one, ${cases} times`, async () => {
    await fc.assert(
      fc.asyncProperty(policy, async ({base, preset, below, own}) => {
        const written = below === '' ? own : {extends: [below === 'base' ? './base.json' : preset], ...own};
        const inherited =
          below === 'base' ? [base] : below === 'preset' ? layersOf({extends: [preset]}).slice(0, -1) : [];
        const problems = problemsOf([...inherited, own]);
        const errors = await errorsIn(written, base);
        const isWellFormed = !errors.some(({code}) => code.startsWith('RL00'));
        if (problems.length > 0) expect(errors).not.to.deep.equal([]);
        // Rules read a malformed policy as it was probably meant; and what another file brings in has one place, that of its name.
        for (const {path, message} of isWellFormed && below === '' ? problems : []) {
          const said = path.endsWith('maxAttempts') ? 'The client refuses this policy' : message.split(';')[0]!;
          // A value that is wrong in two ways, or at the top and in a route, has one finding.
          const places = [path, path.replace(/^routes\[\d+\]\./, '')];
          const isSaid = errors.some(error => error.message.includes(said) || places.includes(error.pointer));
          expect(isSaid, `${path} ${message}`).to.equal(true);
        }
        const refusals = errors.filter(error => error.code === 'RL401' && !isOther(error));
        if (problems.length === 0) expect(refusals.map(({message}) => message)).to.deep.equal([]);
      }),
      {numRuns: cases, endOnFailure: false, ...(process.env.FUZZ_CASES === undefined ? {seed: 1} : {})},
    );
  });

  const endless: PolicyInput = {
    maxAttempts: 'unlimited',
    routes: [{match: {path: '/jobs/*'}, name: 'jobs', deadlineMs: null}],
  };

  for (const [title, own, pointer] of [
    [
      'two endpoints with one origin',
      {endpoints: ['https://a.example', 'https://A.EXAMPLE:443'].map(named)},
      'endpoints[1].origin',
    ],
    [
      'two spellings of an address',
      {endpoints: ['http://10.0.0.1', 'http://0x0a000001'].map(named)},
      'endpoints[1].origin',
    ],
    [
      'a port that no URL has',
      {routes: [{match: {origin: 'https://a.example:99999'}, name: 'r'}]},
      'routes[0].match.origin',
    ],
    [
      'an address that no URL has',
      {routes: [{match: {origin: 'https://10.0.0.256'}, name: 'r'}]},
      'routes[0].match.origin',
    ],
    ['a route without a deadline', endless, 'routes[0].deadlineMs'],
  ] satisfies [string, PolicyInput, string][]) {
    it(`is told where: ${title}`, async () => {
      expect(problemsOf([own])).to.have.length(1);
      expect((await errorsIn(own)).map(error => error.pointer)).to.deep.equal([pointer]);
    });
  }
});
