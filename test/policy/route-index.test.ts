/** The index finds what asking every route in order finds, and asks few of them. */
import {expect} from 'chai';
import fc from 'fast-check';
import {RouteIndex} from '../../src/policy/route-index.ts';
import {compileMatch, type Matches} from '../../src/policy/routes.ts';
import type {Match} from '../../src/policy/types.ts';

const compiled = (match: Match) => ({template: match.path, matches: compileMatch(match)});

describe('RouteIndex', () => {
  it('finds the first route that matches, as asking every route in order does', () => {
    const segment = fc.constantFrom('a', 'b', '', '*', '**', 'a*', '*b', 'a**b', 'é');
    const path = fc.array(segment, {maxLength: 4}).map(segments => `/${segments.join('/')}`);
    const match = fc.record(
      {
        path: fc.oneof(path, fc.constantFrom('a', '', '*')),
        methods: fc.subarray(['GET', 'POST'], {minLength: 1}),
        origin: fc.constantFrom('https://a.test', 'https://b.test'),
      },
      {requiredKeys: []},
    ) as fc.Arbitrary<Match>;
    const called = fc.array(fc.constantFrom('a', 'b', '', 'ab', 'acb', '%C3%A9'), {maxLength: 5});
    fc.assert(
      fc.property(
        fc.array(match, {maxLength: 12}),
        called.map(segments => `/${segments.join('/')}`).chain(url => fc.constantFrom(url, url.slice(1))),
        fc.constantFrom('GET', 'POST'),
        fc.constantFrom('https://a.test', 'https://b.test', ''),
        (matches, pathname, method, origin) => {
          const routes = matches.map(compiled);
          const simple = routes.findIndex(route => route.matches(method, origin, pathname));
          expect(new RouteIndex(routes).find(method, origin, pathname)).to.equal(simple);
        },
      ),
      {numRuns: 2000},
    );
  });

  for (const [shape, pathOf, called] of [
    ['literals below one prefix', n => `/api/v1/r${n}`, '/api/v1/r199'],
    ['wildcards below one prefix', n => `/api/v1/r${n}/*`, '/api/v1/r199/7'],
    ['wildcards before and behind', n => `/api/*/r${n}/**`, '/api/v1/r199/7/8'],
  ] as const satisfies readonly [string, (n: number) => string, string][])
    it(`asks one of 200 routes: ${shape}`, () => {
      let asked = 0;
      const counted = (matches: Matches): Matches => {
        return (...call) => {
          asked++;
          return matches(...call);
        };
      };
      const routes = Array.from({length: 200}, (_, n) => compiled({path: pathOf(n)}));
      const index = new RouteIndex(routes.map(({template, matches}) => ({template, matches: counted(matches)})));
      expect(index.find('GET', 'https://a.test', called)).to.equal(199);
      expect(asked).to.equal(1);
    });
});
