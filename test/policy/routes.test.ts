/** Which calls a route takes, and that no pattern and no path can make the answer slow. */

import {expect} from 'chai';
import fc from 'fast-check';
import {compileMatch, compilePath, normaliseOrigin} from '../../src/policy/routes.ts';

describe('compilePath', () => {
  for (const [pattern, matching, others] of [
    ['/', ['/'], ['', '/a']],
    ['/v1/predict', ['/v1/predict'], ['/v1/predict/', '/v1/predict/7', '/v1', '/V1/predict']],
    [
      '/v1/predict/*',
      ['/v1/predict/7', '/v1/predict/*'],
      ['/v1/predict', '/v1/predict/', '/v1/predict/7/', '/v1/predict/7/rows'],
    ],
    ['/v1/*/rows', ['/v1/7/rows'], ['/v1//rows', '/v1/rows', '/v1/7/8/rows']],
    [
      '/v1/models/*:predict',
      ['/v1/models/m7:predict', '/v1/models/:predict'],
      ['/v1/models/m7', '/v1/models/a/b:predict', '/v1/models/m7:predict/'],
    ],
    ['/a*b*c', ['/abc', '/a-b-c', '/abbc'], ['/ab', '/ac', '/abcd', '/acb']],
    ['/aa*aa', ['/aaaa', '/aa-aa'], ['/aa', '/aaa']],
    ['/**', ['/', '/a', '/a/b/', ''], []],
    ['/v1/**', ['/v1', '/v1/', '/v1/a/b/c'], ['/v2', '/v10', '/']],
    [
      '/**/completions',
      ['/completions', '/v1/completions', '/a/b/completions'],
      ['/completions/', '/v1/xcompletions', '/v1/completions/1'],
    ],
    ['/a/**/b/**/c', ['/a/b/c', '/a/x/b/y/z/c', '/a/b/b/c/c'], ['/a/c', '/a/b', '/a/x/c/b']],
    ['/a/**/b/*/c', ['/a/b/x/c', '/a/b/b/b/x/c', '/a/b/b/c'], ['/a/b/c']],
    ['/a**b', ['/ab', '/a-b'], ['/a/b']],
    ['/pkg.Service/Method', ['/pkg.Service/Method'], ['/pkgXService/Method']],
    ['/pkg.Service/*', ['/pkg.Service/Get'], ['/pkg.Service']],
    ['/(a|b)+$', ['/(a|b)+$'], ['/a']],
    ['/café/*', ['/caf%C3%A9/7'], ['/caf%E9/7']],
    ['/a b', ['/a%20b'], ['/ab']],
  ] as const) {
    it(pattern, () => {
      const matches = compilePath(pattern);
      expect([...matching, ...others]).not.to.be.empty;
      for (const path of matching) expect(matches(path), path).to.equal(true);
      for (const path of others) expect(matches(path), path).to.equal(false);
    });
  }

  it('agrees with the obvious recursive definition', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', '*', '**', 'a*', '*b');
    const name = fc.constantFrom('a', 'b', 'ab', 'aab', '');
    fc.assert(
      fc.property(
        fc.array(segment, {minLength: 1, maxLength: 6}),
        fc.array(name, {minLength: 1, maxLength: 7}),
        (pattern, path) => {
          expect(compilePath(`/${pattern.join('/')}`)(`/${path.join('/')}`)).to.equal(slowly(pattern, path));
        },
      ),
      {numRuns: 2000},
    );
  });

  for (const [what, pattern, path] of [
    ['many **', `${'/**/a'.repeat(80)}/b`, '/a'.repeat(4000)],
    ['many * in a segment', `/${'*a'.repeat(250)}b`, `/${'a'.repeat(100_000)}`],
    ['** and * together', `${'/**/*a*a*a'.repeat(40)}/b`, '/aaaa'.repeat(3000)],
    ['a path of slashes', `${'/**/*'.repeat(80)}/z`, '/'.repeat(20_000)],
  ] as const) {
    it(`${what}: a hostile path of ${path.length} characters is answered in time that grows with its length`, () => {
      const matches = compilePath(pattern);
      const before = process.cpuUsage().user;
      expect(matches(path)).to.equal(false);
      // A bound on work, not on speed: backtracking would need longer than the universe has.
      expect((process.cpuUsage().user - before) / 1000).to.be.below(2000);
    });
  }
});

/** The meaning of a pattern, without any cleverness. */
function slowly([first, ...others]: readonly string[], path: readonly string[]): boolean {
  if (first === undefined) return path.length === 0;
  if (first === '**') return slowly(others, path) || (path.length > 0 && slowly([first, ...others], path.slice(1)));
  const [segment, ...rest] = path;
  if (segment === undefined) return false;
  const fits = first === '*' ? segment !== '' : new RegExp(`^${first.replaceAll('*', '.*')}$`).test(segment);
  return fits && slowly(others, rest);
}

describe('compileMatch', () => {
  const origin = 'https://api.example.com';

  for (const [match, method, calledOrigin, path, expected] of [
    [{}, 'DELETE', origin, '/any', true],
    [{methods: ['post', 'PUT']}, 'POST', origin, '/', true],
    [{methods: ['post', 'PUT']}, 'GET', origin, '/', false],
    [{origin: 'HTTPS://API.Example.com:443'}, 'GET', origin, '/', true],
    [{origin: 'http://api.example.com:80'}, 'GET', 'http://api.example.com', '/', true],
    [{origin: 'https://api.example.com:8443'}, 'GET', origin, '/', false],
    [{origin: 'http://api.example.com'}, 'GET', origin, '/', false],
    [{origin: 'https://bücher.example'}, 'GET', 'https://xn--bcher-kva.example', '/', true],
    [{origin: 'http://[::1]:3000'}, 'GET', 'http://[::1]:3000', '/', true],
    [{methods: ['POST'], origin, path: '/v1/*'}, 'POST', origin, '/v1/7', true],
    [{methods: ['POST'], origin, path: '/v1/*'}, 'POST', origin, '/v2/7', false],
  ] as const) {
    it(`${JSON.stringify(match)} ${expected ? 'takes' : 'leaves'} ${method} ${calledOrigin}${path}`, () =>
      expect(compileMatch(match)(method, calledOrigin, path)).to.equal(expected));
  }

  it('recognizes invalid origins', () => expect(normaliseOrigin('https://a:99999')).to.equal(undefined));
});
