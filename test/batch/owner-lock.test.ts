/** One owner for a journal, whatever happens to the process. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {acquireLock, LockHeldError} from '../../src/batch/owner-lock.ts';
import {identityOf, livenessOf, type ProcessIdentity} from '../../src/batch/process-identity.ts';

/** Answers lines with lines. */
class Racer {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const program = fileURLToPath(new URL('lock-racer.ts', import.meta.url));
    this.#process = spawn(process.execPath, ['--no-warnings', program], {stdio: ['pipe', 'pipe', 'inherit']});
    this.#lines = createInterface({input: this.#process.stdout!})[Symbol.asyncIterator]();
  }

  async said(): Promise<string> {
    return (await this.#lines.next()).value;
  }

  ask(command: string): Promise<string> {
    this.#process.stdin!.write(`${command}\n`);
    return this.said();
  }

  /** As after `kill -9`: without a chance to release anything. */
  async kill(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/** The identity of a process that ran a moment ago. */
async function deadProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {stdio: 'ignore'});
  const identity = identityOf(child.pid!);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

describe('acquireLock', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-lock-'));
  const path = join(folder, 'lock');
  const here = identityOf(process.pid);
  const lockOf = (owner: object): void => writeFileSync(path, JSON.stringify(owner));
  afterEach(() => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  });
  after(() => rmSync(folder, {recursive: true}));

  it('gives a lock to one owner at a time, in a file for the owner only', () => {
    const lock = acquireLock(path);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal(here);
    expect(() => acquireLock(path)).to.throw(LockHeldError, 'in use by this process');
    lock.release();
    expect(readdirSync(folder)).to.be.empty;
    acquireLock(path).release();
    lock.release();
  });

  it('names the process that holds it', async () => {
    const other = new Racer();
    try {
      await other.said();
      expect(await other.ask(`take ${path} 0`)).to.equal('taken');
      expect(() => acquireLock(path)).to.throw(LockHeldError, /^in use by process \d+\. Wait until/);
      expect(await other.ask('release')).to.equal('released');
      acquireLock(path).release();
    } finally {
      await other.kill();
    }
  });

  it('takes over the lock of a process that was killed', async () => {
    const other = new Racer();
    await other.said();
    await other.ask(`take ${path} 0`);
    await other.kill();
    expect(existsSync(path)).to.equal(true);
    acquireLock(path).release();
    expect(readdirSync(folder)).to.be.empty;
  });

  it('takes over the lock of a process whose pid is another process now', function () {
    if (here.started === null) this.skip();
    lockOf({...here, started: '1'});
    acquireLock(path).release();
    expect(readdirSync(folder)).to.be.empty;
  });

  it('takes over a lock from before the machine was started', function () {
    if (here.boot === null || here.machine === null) this.skip();
    lockOf({...here, boot: 'earlier'});
    acquireLock(path).release();
    expect(readdirSync(folder)).to.be.empty;
  });

  it('takes over a lock although a process was killed while it took it over', async () => {
    const dead = await deadProcess();
    lockOf(dead);
    writeFileSync(`${path}.stale`, JSON.stringify({...dead, pid: dead.pid}));
    acquireLock(path).release();
    expect(readdirSync(folder)).to.be.empty;
  });

  it('does not take over a lock whose owner it cannot see, and says what to do', () => {
    for (const owner of [{host: 'elsewhere'}, {machine: 'another'}, {namespace: 'pid:[1]'}]) {
      lockOf({...here, ...owner});
      expect(() => acquireLock(path), JSON.stringify(owner)).to.throw(
        LockHeldError,
        /^locked by process \d+ on .*cannot be checked from here\. If it no longer runs, remove .*lock$/,
      );
    }
    for (const text of ['', 'null', '{"pid":"1"}', 'notes']) {
      writeFileSync(path, text);
      expect(() => acquireLock(path), text).to.throw(LockHeldError, 'a file without an owner');
    }
  });

  it('does not look for an owner behind a symbolic link, also where it leads to nothing', async () => {
    writeFileSync(join(folder, 'target'), JSON.stringify(await deadProcess()));
    for (const target of ['nothing', 'target']) {
      symlinkSync(target, path);
      expect(() => acquireLock(path), target).to.throw(LockHeldError, 'a file without an owner');
      rmSync(path);
    }
  });

  it('does not remove a lock that another process has taken over since', () => {
    const lock = acquireLock(path);
    lockOf({...here, pid: 1});
    lock.release();
    expect(existsSync(path)).to.equal(true);
  });

  it('gives a stale lock to one of several processes that find it at one moment', async () => {
    const dead = await deadProcess();
    const racers = Array.from({length: 4}, () => new Racer());
    try {
      await Promise.all(racers.map(racer => racer.said()));
      for (let round = 0; round < 60; round++) {
        lockOf({...dead, round});
        const at = Date.now() + 3;
        const said = await Promise.all(racers.map(racer => racer.ask(`take ${path} ${at}`)));
        expect(
          said.filter(line => line === 'taken'),
          said.join('\n'),
        ).to.have.length(1);
        await Promise.all(racers.map(racer => racer.ask('release')));
        expect(readdirSync(folder)).to.be.empty;
      }
    } finally {
      await Promise.all(racers.map(racer => racer.kill()));
    }
  });
});

describe('livenessOf', () => {
  const here: ProcessIdentity = {...identityOf(process.pid), machine: 'm', boot: 'b', namespace: 'n'};

  it('takes another start of the machine for a proof only where the machine is known', () => {
    expect(livenessOf({...here, boot: 'earlier'}, here)).to.equal('dead');
    const nameless = {...here, machine: null};
    expect(livenessOf({...nameless, boot: 'earlier'}, nameless)).to.equal('unknown');
  });

  it('treats a process of which only the pid is known as alive', () => {
    expect(livenessOf({...here, started: null}, here)).to.equal('alive');
  });
});
