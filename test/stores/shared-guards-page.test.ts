/** The example of docs/shared-guards.md runs as pasted, and goes on whatever happens to Redis. Only its addresses are those of the test. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {type RedisServer, withRedis} from '../support/redis-server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/shared-guards.md`, 'utf8');
const [, example = ''] = /^```ts\n([\s\S]*?)^```/m.exec(page) ?? [];

describe('the example of docs/shared-guards.md', () => {
  let redis: RedisServer;
  let origin: Server;
  let arrived = 0;
  let child: ChildProcess;
  let errors: string;
  withRedis(started => {
    redis = started;
  });
  before(async () => {
    origin = createServer((_, response) => {
      arrived++;
      response.end('ok');
    }).listen(0, '127.0.0.1');
    await once(origin, 'listening');
  });
  after(() => origin?.close());
  afterEach(() => child?.kill('SIGKILL'));

  function start(): void {
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/`;
    const code = example
      .replace('redis://127.0.0.1:6379', redis.url)
      .replaceAll(/'steadfetch\/(\w+)'/g, (_, entry) => `'./src/${entry}.ts'`);
    const calls = `for (;;) { await (await fetch('${url}')).text(); await new Promise(next => setTimeout(next, 150)); }`;
    child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', `${code}\n${calls}`], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    errors = '';
    child.stderr?.on('data', chunk => {
      errors += chunk;
    });
  }

  /** Resolves once `isSo`. @throws Error if the program ends, or after half a minute. */
  async function until(isSo: () => boolean, what: string): Promise<void> {
    for (const endsAt = Date.now() + 30_000; !isSo(); ) {
      if (child.exitCode !== null) throw new Error(`The program has ended: ${errors}`);
      if (Date.now() > endsAt) throw new Error(`Waited 30 s for ${what}. ${errors}`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /** Resolves once so many more calls have arrived. */
  async function more(calls: number): Promise<void> {
    const goal = arrived + calls;
    await until(() => arrived >= goal, `${calls} more calls`);
  }

  /** Resolves once the program has said so. */
  async function said(text: string): Promise<void> {
    await until(() => errors.includes(text), text);
  }

  it('goes on while Redis is killed, and after it is back', async () => {
    start();
    await more(3);
    await redis.end();
    await more(10);
    await redis.restart();
    await more(10);
    expect(errors).to.not.match(/Error/);
  });

  it('goes on while Redis hangs', async () => {
    start();
    await more(3);
    redis.signal('SIGSTOP');
    await more(10);
    await said('false no answer within 1000 ms');
    redis.signal('SIGCONT');
    await more(5);
    expect(errors).to.not.match(/Error/);
  });

  it('starts while Redis is down', async () => {
    await redis.end();
    start();
    await more(5);
    await said('false');
    await redis.restart();
    await more(5);
    await said('true');
    expect(errors).to.not.match(/Error/);
  });
});
