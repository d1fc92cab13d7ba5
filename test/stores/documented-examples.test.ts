/** The examples with Redis and PostgreSQL in the documents, pasted as they are into programs of their own, live on while their connections are ended. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {expect} from 'chai';
import {createClient} from 'redis';
import {postgresSchema} from '../../src/server.ts';
import type {Driver} from '../server/postgres-contract.ts';
import {PostgresServer, postgresMissing} from '../support/postgres-server.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {throughPg} from './postgres-drivers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Example {
  readonly name: string;
  readonly code: string;
}

const EXAMPLES: readonly Example[] = ['docs/server.md', 'docs/shared-guards.md'].flatMap(page =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code], at) => ({
    name: `${page}, example ${at + 1}`,
    code: code!,
  })),
);
const using = (driver: string): Example[] => EXAMPLES.filter(({code}) => code.includes(`from '${driver}'`));

/** What is written below an example: it asks the store, the handler or the client once for each line of input, and prints how that ended. */
const ASK = `
declare const charge: ((request: Request) => Promise<Response>) | undefined;
import {createInterface as linesOf} from 'node:readline';
const ask = async (key: string): Promise<unknown> => {
  if (typeof charge === 'function') {
    const init = {method: 'POST', headers: {'idempotency-key': key}, body: '{"amount": 1}'};
    return (await charge(new Request('https://shop.example/charges', init))).status;
  }
  if (typeof store === 'object' && 'claim' in store)
    return (await store.claim({key, fingerprint: 'f', token: key, leaseMs: 1000, keepMs: 1000, afterLoss: 'refuse'})).state;
  if (typeof store === 'object' && 'transact' in store) return store.transact(null, async () => 'done', );
  return guards.isAvailable;
};
for await (const line of linesOf({input: process.stdin})) {
  if (line === 'end') process.exit(0);
  console.log('answer', await ask(line).then(String, (error: Error) => 'failed: ' + error.message));
}
`;

/** An example as a program. */
class Program {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #folder: string;
  #errors = '';
  #asked = 0;

  constructor({code}: Example, env: NodeJS.ProcessEnv) {
    this.#folder = mkdtempSync(join(tmpdir(), 'steadfetch-example-'));
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
    const local = code.replaceAll(
      /'steadfetch\/([a-z]+)'/g,
      (_, entry) => `'${pathToFileURL(join(root, 'src', `${entry}.ts`))}'`,
    );
    const file = join(this.#folder, 'example.ts');
    writeFileSync(join(this.#folder, 'package.json'), '{"type": "module"}');
    writeFileSync(file, local + ASK.replace(code.includes('const charge') ? /declare const charge.*\n/ : /^$/, ''));
    this.#child = spawn(process.execPath, [file], {env: {...process.env, ...env}, stdio: 'pipe'});
    this.#child.stderr!.on('data', chunk => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
    this.#lines = createInterface({input: this.#child.stdout!})[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  send(): void {
    this.#child.stdin!.write(`key-${process.pid}-${this.pid}-${this.#asked++}\n`);
  }

  /** @throws Error with the last output if the program has ended. */
  async answer(): Promise<string> {
    const {value, done} = await this.#lines.next();
    if (done === true) throw new Error(`The program has ended: ${this.#errors}`);
    return value;
  }

  async ask(): Promise<string> {
    this.send();
    return this.answer();
  }

  async askUntil(expected: RegExp): Promise<void> {
    while (!expected.test(await this.ask())) await new Promise(resolve => setTimeout(resolve, 50));
  }

  async end(): Promise<void> {
    const exited = this.#child.exitCode === null && this.#child.signalCode === null ? once(this.#child, 'exit') : null;
    this.#child.kill('SIGKILL');
    await exited;
    rmSync(this.#folder, {recursive: true, force: true});
  }
}

const GOOD = /^answer (?:201|claimed|done|true)$/;

describe('the examples with Redis', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  it('are those of server.md and shared-guards.md', () => expect(using('redis')).to.have.length.above(1));

  for (const example of using('redis'))
    it(`${example.name} lives on while connections are ended, and while Redis is away`, async () => {
      const program = new Program(example, {REDIS_URL: redis.url});
      try {
        expect(await program.ask()).to.match(GOOD);
        const admin = await createClient({url: redis.url}).connect();
        await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
        admin.destroy();
        await program.askUntil(GOOD);
        await redis.end();
        await redis.restart();
        await program.askUntil(GOOD);
      } finally {
        await program.end();
      }
    });
});

describe('the examples with PostgreSQL', () => {
  let postgres: PostgresServer;
  let admin: Driver;
  before(async function () {
    if (postgresMissing !== undefined) {
      console.log(`    ${postgresMissing}`);
      this.skip();
    }
    postgres = await PostgresServer.start();
    admin = throughPg(postgres.url, 2);
    for (const statement of `${postgresSchema()}CREATE TABLE charges (amount int, key text)`.split(';'))
      await admin.query(statement, []);
    await admin.query("ALTER SYSTEM SET idle_in_transaction_session_timeout = '300ms'", []);
    await admin.query('SELECT pg_reload_conf()', []);
  });
  after(async () => {
    await admin?.close();
    await postgres?.stop();
  });
  const environment = (): NodeJS.ProcessEnv => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(postgres.port),
    PGUSER: 'postgres',
    PGDATABASE: 'postgres',
  });
  const others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

  it('are those of server.md', () => expect([...using('pg'), ...using('postgres')]).to.have.length.above(2));

  for (const example of [...using('pg'), ...using('postgres')])
    it(`${example.name} lives on while idle connections are ended, and after a crash of PostgreSQL`, async () => {
      const program = new Program(example, environment());
      try {
        expect(await program.ask()).to.match(GOOD);
        await admin.query(`SELECT pg_terminate_backend(pid) ${others}`, []);
        await program.askUntil(GOOD);
        await postgres.end();
        await postgres.restart();
        await program.askUntil(GOOD);
      } finally {
        await program.end();
      }
    });

  for (const example of using('pg').filter(({code}) => code.includes('INSERT INTO charges')))
    it(`${example.name} lives on where idle_in_transaction_session_timeout ends a handler's connection`, async () => {
      const program = new Program(example, environment());
      try {
        expect(await program.ask()).to.match(GOOD);
        await admin.transaction(async query => {
          await query('LOCK TABLE charges IN ACCESS EXCLUSIVE MODE', []);
          program.send();
          const waits = async (): Promise<boolean> =>
            (await admin.query(`SELECT 1 ${others} AND wait_event_type = 'Lock'`, [])).length > 0;
          while (!(await waits())) await new Promise(resolve => setTimeout(resolve, 20));
          process.kill(program.pid, 'SIGSTOP'); // A process that stands still between two statements.
        });
        const isIdle = async (): Promise<boolean> =>
          (await admin.query(`SELECT 1 ${others} AND state LIKE 'idle in transaction%'`, [])).length > 0;
        do await new Promise(resolve => setTimeout(resolve, 50));
        while (await isIdle());
        process.kill(program.pid, 'SIGCONT');
        expect(await program.answer()).to.equal('answer 503');
        await program.askUntil(GOOD);
      } finally {
        await program.end();
      }
    });
});
