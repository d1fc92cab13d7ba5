/** What is sent again, and what is not. */

import {reportOf} from '../../../src/core.ts';
import {useFixedBreakers} from '../../../src/features.ts';
import {guard} from '../../../src/function.ts';
import {AT_ONCE, attemptsOf, type Case, equal, ok, Script, thrown} from '../case.ts';

const idsOf = (seen: readonly {headers: Readonly<Record<string, string>>}[], header: string): (string | undefined)[] =>
  seen.map(({headers}) => headers[header]);

export const retries: readonly Case[] = [
  {
    name: 'a 503 is sent again, under one correlation id',
    async run({here}, adapter) {
      const script = new Script(here, '503,503,200');
      const response = await adapter(AT_ONCE)(script.url);
      equal([response.status, attemptsOf(response)], [200, 3], 'status and attempts');
      const ids = idsOf(await script.sent(), 'x-correlation-id');
      equal([ids.length, new Set(ids).size], [3, 1], 'ids');
      ok(ids[0], 'no id was sent');
    },
  },
  {
    name: 'a connection that breaks is a network failure, sent again',
    async run({here}, adapter) {
      const script = new Script(here, 'reset,200');
      equal((await adapter(AT_ONCE)(script.url)).status, 200, 'status');
      ok((await script.sent()).length >= 2, 'it was sent once'); // A browser may try a reused connection again itself.
    },
  },
  {
    name: 'a refused connection is a network failure: the error is the runtime’s own, with the number of attempts',
    async run({nowhere}, adapter) {
      const error = await thrown(adapter(AT_ONCE)(nowhere));
      equal(attemptsOf(error), 3, 'attempts');
    },
  },
  {
    name: 'a POST whose server may have acted is sent once, and the report says why',
    async run({here}, adapter) {
      const script = new Script(here, '503,200');
      const response = await adapter(AT_ONCE)(script.url, {method: 'POST', body: 'x'});
      equal([response.status, reportOf(response)?.refusal], [503, 'may-have-acted'], 'status and refusal');
      equal((await script.sent()).length, 1, 'requests');
    },
  },
  {
    name: 'a POST whose server redirects it to one that refuses connections is sent once',
    async run({here, nowhere}, adapter) {
      const script = new Script(here, `303;location=${nowhere}`);
      await thrown(adapter(AT_ONCE)(script.url, {method: 'POST', body: 'x'}));
      equal((await script.sent()).length, 1, 'requests');
    },
  },
  {
    name: 'a POST of a guarded function whose server redirects it to one that refuses connections is sent once',
    async run({here, nowhere}) {
      const script = new Script(here, `303;location=${nowhere}`);
      await thrown(guard(AT_ONCE)(signal => fetch(script.url, {method: 'POST', body: 'x', signal})));
      equal((await script.sent()).length, 1, 'requests');
    },
  },
  ...(
    [
      ['text', () => 'a text', 'a text'],
      ['bytes', () => new TextEncoder().encode('bytes'), 'bytes'],
      ['parameters', () => new URLSearchParams({a: '1'}), 'a=1'],
      ['a blob', () => new Blob(['a blob']), 'a blob'],
    ] as const
  ).map(
    ([what, body, text]): Case => ({
      name: `a POST of ${what} with a key is sent again, the same in key and body`,
      async run({here}, adapter) {
        const script = new Script(here, '503,200');
        const response = await adapter({...AT_ONCE, idempotency: {}})(script.url, {method: 'POST', body: body()});
        equal(response.status, 200, 'status');
        const sent = await script.sent();
        equal(
          sent.map(({body: each}) => each),
          [text, text],
          'bodies',
        );
        const keys = idsOf(sent, 'idempotency-key');
        ok(keys[0] && keys[0] === keys[1], `keys ${keys}`);
      },
    }),
  ),
  {
    name: 'a form with a key is sent again whole',
    async run({here}, adapter) {
      const script = new Script(here, '503,200');
      const form = new FormData();
      form.set('field', 'value');
      const response = await adapter({...AT_ONCE, idempotency: {}})(script.url, {method: 'POST', body: form});
      equal(response.status, 200, 'status');
      const sent = await script.sent();
      equal([sent.length, sent.every(({body}) => body.includes('value'))], [2, true], 'requests');
    },
  },
  {
    name: 'a Request with a body is sent again',
    async run({here}, adapter) {
      const script = new Script(here, '503,200');
      const request = new Request(script.url, {method: 'PUT', body: 'of a Request'});
      equal((await adapter(AT_ONCE)(request)).status, 200, 'status');
      equal(
        (await script.sent()).map(({body}) => body),
        ['of a Request', 'of a Request'],
        'bodies',
      );
    },
  },
  {
    name: 'the server’s word on when to come back is obeyed',
    async run({here}, adapter) {
      const script = new Script(here, '429;retry-after-ms=80,200');
      const response = await adapter({...AT_ONCE})(script.url);
      equal(response.status, 200, 'status');
      ok(reportOf(response)!.waitedMs >= 80, `waited ${reportOf(response)!.waitedMs} ms`);
    },
  },
  {
    name: 'a hint that is too long ends the call, and the caller has the answer',
    async run({here}, adapter) {
      const script = new Script(here, '503;retry-after=3600,200');
      const response = await adapter(AT_ONCE)(script.url);
      equal([response.status, reportOf(response)?.refusal], [503, 'hint-too-long'], 'status and refusal');
    },
  },
  {
    name: 'an open breaker refuses without sending',
    async run({here}, adapter) {
      const script = new Script(here, '503');
      useFixedBreakers();
      const fetch = adapter({maxAttempts: 1, breaker: {kind: 'consecutive', failures: 2}});
      for (let count = 0; count < 2; count++) await fetch(script.url);
      const error = await thrown(fetch(script.url));
      equal(error.code, 'CIRCUIT_OPEN', 'code');
      equal((await script.sent()).length, 2, 'requests');
    },
  },
];
