/** A server is killed after the first byte of a response, before its effect. What the page promises holds on a real Redis. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {freePort, ServerProcess} from '../support/system-server.ts';
import {DRIVERS} from './drivers.ts';
import type {StreamingServer} from './streaming-server.ts';

const program = fileURLToPath(new URL('streaming-server.ts', import.meta.url));

describe('a server that is killed while it streams a response, before its effect', () => {
  let redis: RedisServer;
  withRedis(server => {
    redis = server;
  });

  let keys = 0;

  /** Resolves with the answer of the retries, and the effects. */
  async function killed(how: Pick<StreamingServer, 'afterLoss' | 'contentType' | 'firstBytes'>) {
    const folder = mkdtempSync(join(tmpdir(), 'steadfetch-streamed-'));
    const options: StreamingServer = {...how, url: redis.url, port: await freePort(), goOn: join(folder, 'go')};
    const start = () => ServerProcess.start(process.execPath, [program, JSON.stringify(options)], {}, /ready/);
    const {send, close} = await DRIVERS['node-redis']!(redis.url);
    let server = await start();
    try {
      const key = `streamed-${++keys}`;
      const request = {method: 'POST', headers: {'idempotency-key': key}, body: '{}'};
      const url = `http://127.0.0.1:${options.port}/charges`;
      const first = await fetch(url, request);
      expect(first.status).to.equal(200);
      await server.end('SIGKILL');
      const text = await first.text().catch(() => 'cut');
      expect(text).to.equal('cut');
      server = await start();
      writeFileSync(options.goOn, '');
      let last = await fetch(url, request);
      while (last.headers.has('retry-after')) {
        await last.text();
        await setTimeout(100);
        last = await fetch(url, request);
      }
      const body = await last.text();
      const effects = Number(await send(['HGET', 'streamed effects', key]));
      return {status: last.status, end: body.slice(how.firstBytes), effects};
    } finally {
      await server.end('SIGKILL');
      close();
      rmSync(folder, {recursive: true});
    }
  }

  for (const [name, how] of [
    ['an event stream', {contentType: 'text/event-stream', firstBytes: 10}],
    ['a body above maxResponseBytes', {contentType: 'text/plain', firstBytes: 1_200_000}],
  ] as const) {
    it(`has its effect at a retry with afterLoss 'run-again': ${name}`, async () => {
      expect(await killed({...how, afterLoss: 'run-again'})).to.deep.equal({status: 200, end: 'effect 1', effects: 1});
    });

    it(`has none with afterLoss 'refuse', and the retry is refused: ${name}`, async () => {
      const {status, effects} = await killed({...how, afterLoss: 'refuse'});
      expect({status, effects}).to.deep.equal({status: 409, effects: 0});
    });
  }
});
