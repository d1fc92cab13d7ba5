/** Other origins: what of ours goes along, and that a server which refuses it is still reached. */
import {reportOf} from '../../../src/core.ts';
import {AT_ONCE, type Case, equal, ok, Script, thrown} from '../case.ts';

const preflights = (seen: readonly {method: string}[]): number =>
  seen.filter(({method}) => method === 'OPTIONS').length;

export const origins: readonly Case[] = [
  {
    name: 'ids stay at home: a server of another origin that refuses preflights is reached, and retried',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '503,200', {cors: 'simple'});
      const response = await adapter(AT_ONCE)(script.url);
      equal(response.status, 200, 'status');
      const seen = await script.seen();
      equal([preflights(seen), seen.length], [0, 2], 'preflights and requests');
      equal(
        seen.map(({headers}) => headers['x-correlation-id']),
        [undefined, undefined],
        'ids',
      );
    },
  },
  {
    name: 'ids go to an origin that the policy names, with a preflight',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '503,200', {cors: 'open'});
      const response = await adapter({...AT_ONCE, correlation: {sendTo: [there]}})(script.url);
      equal(response.status, 200, 'status');
      const seen = await script.seen();
      ok(preflights(seen) >= 1, 'no preflight');
      ok(
        (await script.sent()).every(({headers}) => headers['x-correlation-id'] !== undefined),
        'no id',
      );
    },
  },
  {
    name: 'ids for everyone break a server that refuses preflights: as said',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '200', {cors: 'simple'});
      await thrown(adapter({...AT_ONCE, maxAttempts: 1, correlation: {sendTo: 'all'}})(script.url));
      equal((await script.sent()).length, 0, 'requests');
    },
  },
  {
    name: 'a key goes along with a preflight, and the POST is sent again',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '503,200', {cors: 'open'});
      const response = await adapter({...AT_ONCE, idempotency: {}})(script.url, {method: 'POST', body: 'x'});
      equal(response.status, 200, 'status');
      const keys = (await script.sent()).map(({headers}) => headers['idempotency-key']);
      ok(keys.length === 2 && keys[0] !== undefined && keys[0] === keys[1], `keys ${keys}`);
    },
  },
  {
    name: 'a Retry-After that is not exposed is as if it were not there: the plan waits',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '429;retry-after=3600,200', {cors: 'open'});
      const response = await adapter(AT_ONCE)(script.url);
      equal(response.status, 200, 'status');
    },
  },
  {
    name: 'a Retry-After that is exposed is heard',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '429;retry-after=3600,200', {cors: 'open', expose: 'retry-after'});
      const response = await adapter(AT_ONCE)(script.url);
      equal([response.status, reportOf(response)?.refusal], [429, 'hint-too-long'], 'status and refusal');
    },
  },
  {
    name: 'an answer that the browser hides is a network failure',
    inBrowsers: true,
    async run({there}, adapter) {
      const script = new Script(there, '200');
      const error = await thrown(adapter(AT_ONCE)(script.url));
      equal([reportOf(error)?.attempts, (await script.sent()).length], [3, 3], 'attempts and requests');
    },
  },
];
