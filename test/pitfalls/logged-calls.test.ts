/** A logger writes whatever it finds on the call of an event: pino takes the fields of an object that it is given, and follows them. */
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {createFetch, type Ports, resilience, type SteadfetchEvent} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {LoopbackServer} from '../support/loopback-server.ts';

const POLICY = {name: 'shop', idempotency: {}, maxAttempts: 2, backoff: {baseMs: 1}} as const;
const SECRET = 'S3CRET';
const HEADERS = {authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}`, 'idempotency-key': `${SECRET}-key`};
const POSTED = {method: 'POST', headers: HEADERS, body: `{"card": "${SECRET}"}`} as const;

/** Every text in the fields of an object, and in theirs. */
function textsIn(value: unknown, seen: Set<unknown> = new Set()): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([key, field]) => [key, ...textsIn(field, seen)]);
}

describe('the call of an event, written field by field', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  for (const [name, post] of [
    ['fetch', (url: string, ports: Ports) => createFetch(POLICY, ports)(url, POSTED)],
    [
      'ky',
      (url: string, ports: Ports) => ky.extend(resilience(POLICY, ports))(url, {...POSTED, throwHttpErrors: false}),
    ],
    [
      'undici',
      (url: string, ports: Ports) => {
        const {on} = ports;
        return request(url, {...POSTED, dispatcher: new Agent().compose(resilienceInterceptor(POLICY, on && {on}))});
      },
    ],
  ] as const)
    it(`has nothing that ${name} sent`, async () => {
      const seen = new Map<string, string[]>();
      const on = ({type, ...event}: SteadfetchEvent): void => {
        if ('call' in event) seen.set(type, textsIn({...(event.call as object)}));
      };
      await post(`${server.place({status: 503}).url}?token=${SECRET}`, {on});
      expect([...seen.keys()]).to.include.members(['attempt.end', 'retry.scheduled', 'call.end']);
      for (const [type, texts] of seen) {
        expect(texts, type).to.include('POST');
        expect(texts.filter(text => text.includes(SECRET))).to.deep.equal([]);
      }
    });
});
