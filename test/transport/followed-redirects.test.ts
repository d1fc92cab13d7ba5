/** How clients say that they followed a redirect, and how the channels of undici and node:http do. */
import {channel} from 'node:diagnostics_channel';
import {expect} from 'chai';
import {followedRedirect, noteCall, watchFollowedRedirects} from '../../src/transport/followed-redirects.ts';
import {redirectsSeen} from '../../src/transport/redirects.ts';

const PAGE = 'http://shop.test/receipt';

describe('followedRedirect', () => {
  const redirected = ['http://shop.test/receipt'];
  for (const [client, said, expected] of [
    ['a Response', {redirected: true}, 'yes'],
    ['a Response without a redirect', {redirected: false}, 'no'],
    ['ky, Gaxios and ofetch', {response: {redirected: true}}, 'yes'],
    ['got', {response: {redirectUrls: redirected}}, 'yes'],
    ['got, without an answer', {request: {redirectUrls: redirected}}, 'yes'],
    ['got, without a redirect', {response: {redirectUrls: []}, request: {redirectUrls: []}}, 'no'],
    ['superagent', {response: {redirects: redirected}}, 'yes'],
    ['superagent, without a redirect', {response: {redirects: []}}, 'no'],
    ['axios', {response: {request: {_redirectable: {_redirectCount: 1}}}}, 'yes'],
    ['axios, by its request', {request: {_redirectable: {_redirectCount: 1}}}, 'yes'],
    ['axios, without an answer', {request: {_redirectCount: 2}}, 'yes'],
    ['axios, without a redirect', {request: {_redirectCount: 0}, response: {request: {}}}, 'no'],
    ['an error around one of these', {cause: {response: {redirected: true}}}, 'yes'],
    ['Bun, without an answer', {code: 'ECONNREFUSED', path: PAGE}, 'unknown'],
    ['an error of a file', {code: 'ENOENT', path: './receipt'}, 'no'],
    ['a text', 'redirected', 'no'],
    ['nothing', undefined, 'no'],
    [
      'an error whose getters throw',
      {
        get response(): never {
          throw new Error('no');
        },
      },
      'no',
    ],
  ] as const)
    it(`${client}: ${expected}`, () => expect(followedRedirect(said, undefined, redirectsSeen())).to.equal(expected));
});

describe('watchFollowedRedirects', () => {
  before(() => watchFollowedRedirects(['X-Correlation-Id']));

  /** As undici publishes an answer. */
  function answers(status: number, method: string, path: string, location: string, headers: readonly string[] = []) {
    const request = {method, origin: 'http://shop.test', path, headers};
    const response = {statusCode: status, headers: [Buffer.from('Location'), Buffer.from(location)]};
    channel('undici:request:headers').publish({request, response});
  }
  function fails(url: string): Error {
    const {origin, pathname: path} = new URL(url);
    const error = new Error('refused');
    channel('undici:request:error').publish({request: {method: 'GET', origin, path, headers: []}, error});
    return error;
  }

  for (const status of [301, 302, 303, 307, 308])
    it(`finds the call of a POST that was answered ${status} by its correlation id`, () => {
      const before = redirectsSeen();
      noteCall(`call-${status}`);
      answers(status, 'POST', '/act', '/receipt', ['accept', '*/*', 'X-Correlation-ID', `call-${status}`]);
      expect(followedRedirect(undefined, `call-${status}`, before)).to.equal('yes');
      expect(followedRedirect(undefined, 'another call', before)).to.equal('no');
      expect(followedRedirect(undefined, `call-${status}`, redirectsSeen()), 'a later call').to.equal('no');
    });

  it('finds the call whose request failed at the URL that a redirect named', () => {
    const before = redirectsSeen();
    answers(303, 'POST', '/act', '/receipt#top');
    const error = fails(PAGE);
    expect(followedRedirect(error, undefined, before)).to.equal('yes');
    expect(followedRedirect(new TypeError('fetch failed', {cause: error}), undefined, before)).to.equal('yes');
    expect(followedRedirect(fails('http://shop.test/other'), undefined, before)).to.equal('no');
    expect(followedRedirect(fails(PAGE), undefined, redirectsSeen()), 'a later call').to.equal('no');
  });

  it('does not know whose redirect it was where its request had the id of no call', () => {
    const before = redirectsSeen();
    answers(303, 'POST', '/act', '/receipt', ['x-correlation-id', 'of a client that is none of these']);
    for (const said of [undefined, new Error('status 429'), {response: {redirected: false, url: ''}}])
      expect(followedRedirect(said, 'call', before)).to.equal('unknown');
    for (const said of [fails('http://shop.test/other'), {redirected: false, url: PAGE}, {request: {redirectUrls: []}}])
      expect(followedRedirect(said, 'call', before), 'known to be of another').to.equal('no');
    expect(followedRedirect(undefined, 'call', redirectsSeen()), 'a later call').to.equal('no');
  });

  it('follows a chain of redirects', () => {
    const before = redirectsSeen();
    answers(303, 'POST', '/act', '/chain-1');
    answers(302, 'GET', '/chain-1', 'http://cdn.test/chain-2');
    expect(followedRedirect(fails('http://cdn.test/chain-2'), undefined, before)).to.equal('yes');
  });

  it('ignores redirects of safe methods, and answers with other statuses', () => {
    const before = redirectsSeen();
    answers(302, 'GET', '/page', '/read', ['x-correlation-id', 'c']);
    answers(304, 'POST', '/act', '/kept', ['x-correlation-id', 'c']);
    answers(201, 'POST', '/act', '/made', ['x-correlation-id', 'c']);
    expect(followedRedirect(undefined, 'c', before)).to.equal('no');
  });

  it('reads headers that are an object, as those of HTTP/2 may be, and a location that is no URL', () => {
    const before = redirectsSeen();
    const request = {method: 'POST', origin: new URL('https://shop.test'), path: '/act', headers: []};
    const publish = (headers: object) =>
      channel('undici:request:headers').publish({request, response: {statusCode: 303, headers}});
    publish({location: '/h2'});
    expect(followedRedirect(fails('https://shop.test/h2'), undefined, before)).to.equal('yes');
    publish({location: 'http://['});
    publish({});
    publish([]);
  });

  it('remembers the last 1000 redirects', () => {
    const before = redirectsSeen();
    for (let index = 0; index < 1001; index++) answers(303, 'POST', '/act', `/many/${index}`);
    expect(followedRedirect(fails('http://shop.test/many/0'), undefined, before)).to.equal('no');
    expect(followedRedirect(fails('http://shop.test/many/1'), undefined, before)).to.equal('yes');
  });
});
