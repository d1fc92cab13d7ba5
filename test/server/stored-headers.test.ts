/** What is stored of a response: the table of docs/server.md, row by row, and the bytes of a compressed body. */
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {connect} from 'node:net';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {idempotencyMiddleware, idempotent, memoryStore} from '../../src/server.ts';
import {documentedTable} from './documented-table.ts';
import {withServers} from './node-server.ts';
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

describe('a name of a file in Latin-1', () => {
  const serve = withServers();
  const disposition = 'attachment; filename="é.bin"';
  const handlers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'is written in parts': response => {
      response.setHeader('content-disposition', disposition);
      response.write('abc');
      response.end('def');
    },
    'begins with its head': response => response.writeHead(200, {'content-disposition': disposition}).end('abcdef'),
    'is written at once': response => response.setHeader('content-disposition', disposition).end('abcdef'),
    'has a length': response =>
      response.setHeader('content-disposition', disposition).setHeader('content-length', 6).end('abcdef'),
  };

  /** The head and the body of a response, each byte a character. */
  async function bytesOf(url: string): Promise<string> {
    const {hostname, port} = new URL(url);
    const socket = connect(Number(port), hostname).setEncoding('latin1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nIdempotency-Key: k\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    let bytes = '';
    socket.on('data', chunk => {
      bytes += String(chunk);
    });
    await once(socket, 'close');
    return bytes;
  }

  for (const [what, handler] of Object.entries(handlers))
    it(`of a response that ${what} is the same on the replay, byte for byte`, async () => {
      const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone'});
      const url = await serve(keyed.listener((_request, response) => handler(response)));
      for (const isReplay of [false, true]) {
        const bytes = await bytesOf(url);
        expect(bytes).to.include(disposition);
        expect(bytes.includes('Idempotent-Replayed: true') || bytes.includes('idempotent-replayed: true')).to.equal(
          isReplay,
        );
        if (isReplay) expect(bytes).to.match(/content-length: 6\r\n.*\r\n\r\nabcdef$/is);
      }
    });
});
