/** Where the url of a line may lead. */
import {expect} from 'chai';
import {LineError, readRequestLine} from '../../src/cli/request-line.ts';

const joined = (url: string, base = 'https://api.test/base'): string =>
  readRequestLine(JSON.stringify({custom_id: 'a', url}), new URL(base)).url;

describe('the url of a request line', () => {
  const below: [url: string, joined: string][] = [
    ['/v1/x', 'https://api.test/base/v1/x'],
    ['v1/x?q=../y', 'https://api.test/base/v1/x?q=../y'],
    ['/a/../b', 'https://api.test/base/b'],
    ['/a..b/..c', 'https://api.test/base/a..b/..c'],
    ['/', 'https://api.test/base/'],
    ['https://api.test/base/x', 'https://api.test/base/x'],
    ['https://api.test/base', 'https://api.test/base'],
    ['https://u:p@api.test/base/x', 'https://api.test/base/x'],
  ];
  for (const [url, expected] of below) it(`${url} stays below the base`, () => expect(joined(url)).to.equal(expected));

  it('may be any path where the base has none', () => {
    expect(joined('/v1/x', 'https://api.test')).to.equal('https://api.test/v1/x');
    expect(joined('/../x', 'https://api.test')).to.equal('https://api.test/x');
  });

  const outside = [
    '../admin',
    '/../admin',
    '/a/../../admin',
    '%2e%2e/admin',
    '.%2E/admin',
    '..\\admin',
    '/..%2fadmin',
    '/x/%2e%2e%5c..%5cadmin',
    '.\t./admin',
    '/../based',
    'https://api.test/admin',
    'https://api.test/based',
  ];
  for (const url of outside)
    it(`${JSON.stringify(url)} is refused, because it leads out of the base`, () =>
      expect(() => joined(url)).to.throw(LineError, 'leads out of https://api.test/base'));

  for (const url of ['//evil.test/x', '\\\\evil.test/x', '/\\evil.test'])
    it(`${JSON.stringify(url)} is refused, because browsers would read a host`, () =>
      expect(() => joined(url)).to.throw(LineError, 'starts with two slashes'));

  for (const url of ['https://evil.test/base/x', 'http://api.test/base/x', 'https:evil.test', 'data:text/plain,x'])
    it(`${url} is refused, because it leads to another origin`, () =>
      expect(() => joined(url)).to.throw(LineError, /leads (to|out)/));
});
