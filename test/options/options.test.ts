/** No silent options: every field that is read at run time changes something that can be seen. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {World} from '../call/world.ts';
import {cases, notForHttp, notRead} from './cases.ts';
import {type Case, expectOneDifference, outcomeOf, type Place, partOf} from './harness.ts';
import {
  definitions,
  formOf,
  type Leaf,
  leavesOfCall,
  leavesOfPolicy,
  leavesOfRoute,
  valuesAt,
  visited,
} from './leaves.ts';

const leaves: Readonly<Record<Place, readonly Leaf[]>> = {
  policy: leavesOfPolicy(),
  route: leavesOfRoute().filter(({path}) => !path.startsWith('match')),
  call: leavesOfCall(),
};

const written: Readonly<Record<Place, string>> = {
  policy: 'in the policy',
  route: 'in a route',
  call: 'in one call',
};

/** Everywhere the schema has the field, unless the case says otherwise. Guards are shared: one call can only drop them. */
function placesOf({path, places}: Case): Place[] {
  const shared = ['budget', 'breaker', 'quota', 'concurrency'].includes(partOf(path));
  const has = (place: Place): boolean => leaves[place].some(leaf => partOf(leaf.path) === partOf(path));
  return (['policy', 'route', 'call'] as const).filter(place =>
    places === undefined ? has(place) && !(shared && place === 'call') : places.includes(place),
  );
}

const say = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

describe('every field of the policy has an observable effect', () => {
  for (const each of cases) {
    for (const place of placesOf(each)) {
      const title = `${each.path} ${written[place]}: ${say(each.expect[0])} or ${say(each.expect[1])}`;
      it(title, async () => {
        expectOneDifference(each);
        expect(each.expect[0]).to.not.deep.equal(each.expect[1]);
        expect(await outcomeOf(each, each.a, place), 'a').to.deep.equal(each.expect[0]);
        expect(await outcomeOf(each, each.b, place), 'b').to.deep.equal(each.expect[1]);
      });
    }
  }
});

/** The values that a case tries at a path. For two lists, only the entries that are in one of them. */
function triedAt(path: string, {a, b}: Case): unknown[] {
  const [inA, inB] = [valuesAt(a, path), valuesAt(b, path)];
  return path.endsWith('[]')
    ? [...inA.filter(value => !inB.includes(value)), ...inB.filter(value => !inA.includes(value))]
    : [...inA, ...inB];
}

/** Forms of a leaf that no case covers. The case of a list covers its entries. */
function untried(leaf: Leaf, place: Place): string[] {
  const own = cases.filter(each => [leaf.path, leaf.path.replace(/\[\]$/, '')].includes(each.path));
  const here = own.filter(each => placesOf(each).includes(place));
  const tried = here.flatMap(each => triedAt(leaf.path, each)).flatMap(value => formOf(value, leaf));
  const exempt = notForHttp[leaf.path] ?? [];
  return leaf.forms.filter(form => !tried.includes(form) && !exempt.includes(form));
}

const isRead = (leaf: Leaf): boolean => !Object.hasOwn(notRead, partOf(leaf.path));

describe('the cases of the options', () => {
  for (const place of ['policy', 'route', 'call'] as const) {
    it(`cover every leaf of the schema, in each of its forms, ${written[place]}`, () => {
      const read = leaves[place].filter(isRead).filter(({path}) => !path.startsWith('routes[].') || isOwn(path));
      const missing = read.flatMap(leaf => untried(leaf, place).map(form => `${leaf.path} = ${form}`));
      expect(read.length).to.be.greaterThan(place === 'policy' ? 60 : 30);
      expect(missing).to.deep.equal([]);
    });
  }

  it('are about fields of the schema', () => {
    const known = new Set(Object.values(leaves).flatMap(all => all.map(({path}) => path)));
    expect(cases.map(({path}) => path).filter(path => !known.has(path))).to.deep.equal([]);
  });

  it('cover every definition of the schema', () => {
    expect(definitions.filter(name => !visited.has(name) && name !== 'callOverrides')).to.deep.equal([]);
  });

  it('leave out only fields of the schema', () => {
    const parts = new Set(leaves.policy.map(({path}) => partOf(path)));
    expect(Object.keys(notRead).filter(part => !parts.has(part))).to.deep.equal([]);
  });
});

/** Fields that only routes have. The other fields of a route are fields of the policy, and have their cases there. */
const isOwn = (path: string): boolean => /^routes\[\]\.(name|match)/.test(path);

describe('a field that is not read at run time by design', () => {
  it('changes nothing', async () => {
    const seen = async (policy: PolicyInput) => {
      const world = new World(policy);
      world.serve(503);
      const end = await world.run();
      return {end, requests: world.server.requests.map(({at, headers}) => ({at, headers: [...headers]}))};
    };
    const without = await seen({});
    const withAll = await seen({
      $schema: './policy.schema.json',
      version: 1,
      objective: {
        latencyMs: {p95: 1},
        successRatio: 1,
        instances: 9,
        assume: {rps: 1e6, failureRatio: 1, failureLatencyMs: 1, hangRatio: 1},
      },
      retryingLayers: [{name: 'mesh', maxAttempts: 10}],
      'x-note': 'for people',
    } as PolicyInput);
    expect(withAll).to.deep.equal(without);
    expect(without.requests.map(({at}) => at)).to.deep.equal([0, 50, 150]);
  });
});
