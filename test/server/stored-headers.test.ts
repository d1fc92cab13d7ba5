/** What is stored of a response: the table of docs/server.md, row by row, and the bytes of a compressed body. */
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {idempotent, memoryStore} from '../../src/server.ts';
import {documentedTable} from './documented-table.ts';
import {post} from './requests.ts';

describe('what is stored of a response', () => {
  const rows = documentedTable('What is stored of a response');
  const names = rows.flatMap(([cell]) => [...cell!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!));

  it('has a row for each header that the trials named', () => {
    expect(names).to.include.members([
      'content-encoding',
      'content-disposition',
      'vary',
      'cache-control',
      'www-authenticate',
      'retry-after',
      'set-cookie',
    ]);
  });

  for (const [cell, replayed] of rows)
    it(`${cell}: ${replayed}`, async () => {
      const listed = [...cell!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name!);
      const handler = idempotent(
        () =>
          new Response('x', {status: 201, headers: listed.map((name): [string, string] => [name, `value of ${name}`])}),
        {store: memoryStore(), scope: 'everyone', omitHeaders: ['X-Request-Id']},
      );
      const first = await handler(post('k'));
      const second = await handler(post('k'));
      expect(listed).not.to.be.empty;
      for (const name of listed) {
        expect(first.headers.get(name), name).to.equal(`value of ${name}`);
        expect(second.headers.get(name), name).to.equal(replayed === 'the same' ? `value of ${name}` : null);
      }
    });

  it('is a compressed body with its encoding, byte for byte', async () => {
    const body = gzipSync('charged '.repeat(100));
    const handler = idempotent(() => new Response(body, {headers: {'content-encoding': 'gzip'}}), {
      store: memoryStore(),
      scope: 'everyone',
    });
    for (let at = 0; at < 2; at++) {
      const response = await handler(post('k'));
      expect(response.headers.get('content-encoding')).to.equal('gzip');
      expect(Buffer.from(await response.arrayBuffer()).equals(body)).to.equal(true);
    }
  });
});
