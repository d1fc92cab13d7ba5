/** Names of headers arrive as the caller wrote them, as by plain fetch: some servers, of SOAP for one, compare them exactly. */
import {expect} from 'chai';
import {Headers as OtherHeaders, Request as OtherRequest, fetch as otherFetch} from 'undici';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

const POLICY: PolicyInput = {backoff: AT_ONCE, breaker: null, budget: null, idempotentMethods: ['GET', 'POST']};
const OWN = {SOAPAction: 'a', accept: 'b'};

describe('the names of headers', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const form = new FormData();
  form.set('a', 'b');
  const plain = globalThis.fetch;
  const other = otherFetch as unknown as typeof plain;
  const calls: Record<string, readonly [make: (url: string) => readonly unknown[], fetch: typeof plain]> = {
    'a record': [url => [url, {headers: OWN}], plain],
    'a record under a method with a body': [url => [url, {method: 'POST', headers: OWN, body: 'x'}], plain],
    'a record beside a form': [url => [url, {method: 'POST', headers: OWN, body: form}], plain],
    pairs: [url => [url, {headers: Object.entries(OWN)}], plain],
    'a Map': [url => [url, {headers: new Map(Object.entries(OWN))}], plain],
    Headers: [url => [url, {headers: new Headers(OWN)}], plain],
    'Headers of another undici': [url => [url, {headers: new OtherHeaders(OWN)}], other],
    'a Request': [url => [new Request(url, {headers: OWN})], plain],
    'a Request with a body': [url => [new Request(url, {method: 'POST', headers: OWN, body: 'x'})], plain],
    'a Request with other options': [url => [new Request(url, {headers: {SoapAction: 'c'}}), {headers: OWN}], plain],
    'a Request of another undici': [url => [new OtherRequest(url, {headers: OWN})], other],
  };
  /** Those that the caller set. */
  const arrived = (rawHeaders: readonly string[]): string[] =>
    rawHeaders.filter((name, index) => index % 2 === 0 && /^(soapaction|accept)$/i.test(name));

  for (const [name, [make, fetch]] of Object.entries(calls)) {
    for (const correlation of [undefined, null] as const)
      it(`are kept in each attempt: ${name}, ${correlation === null ? 'without' : 'with'} ids`, async () => {
        const place = server.place(503, 200);
        const resilient = createFetch({...POLICY, ...(correlation === null && {correlation})}, {fetch});
        const response = await (resilient as (...args: readonly unknown[]) => Promise<Response>)(...make(place.url));
        await response.text();
        const seen = place.requests.map(({rawHeaders}) => arrived(rawHeaders));
        expect(seen).to.deep.equal([
          ['SOAPAction', 'accept'],
          ['SOAPAction', 'accept'],
        ]);
      });

    it(`are kept at another endpoint, and where prepareAttempt writes others: ${name}`, async () => {
      const servers = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
      try {
        const places = servers.map(each => each.place(503));
        const endpoints = servers.map(({origin}) => ({origin, name: origin}));
        const resilient = createFetch(
          {...POLICY, endpoints},
          {fetch, prepareAttempt: ({headers, attempt}) => headers.set('X-Attempt', String(attempt))},
        );
        const response = await (resilient as (...args: readonly unknown[]) => Promise<Response>)(
          ...make(places[0]!.url),
        );
        await response.text();
        const requests = places.flatMap(({requests}) => requests);
        expect(requests).to.have.length(3);
        for (const {rawHeaders} of requests) expect(arrived(rawHeaders)).to.deep.equal(['SOAPAction', 'accept']);
      } finally {
        await Promise.all(servers.map(each => each.close()));
      }
    });
  }
});
