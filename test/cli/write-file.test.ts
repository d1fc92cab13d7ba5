/** What becomes of a file that a command writes: what is there is written into. */
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {UnwritableError, writeNewFile, writeTextFile} from '../../src/cli/write-file.ts';
import {makeNullDevice} from '../support/null-device.ts';

const isRoot = process.geteuid?.() === 0;

describe('a file that a command writes', () => {
  if (process.platform === 'win32') return;

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadfetch-write-'));
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  const at = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(at(name), 'utf8');
  const had = (name: string, mode = 0o644): string => {
    writeFileSync(at(name), 'what was there before');
    chmodSync(at(name), mode);
    return at(name);
  };
  const modeOf = (name: string): number => statSync(at(name)).mode & 0o7777;

  /** As a user other than root, because root ignores permissions. */
  function unprivileged(work: () => void): void {
    if (isRoot) process.seteuid!(65534);
    try {
      work();
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  }

  it('is made with the mode that the umask leaves', () => {
    writeFileSync(at('by node'), '');
    writeTextFile(at('new'), 'text');
    expect(read('new')).to.equal('text');
    expect(modeOf('new')).to.equal(modeOf('by node'));
    expect(readdirSync(folder)).to.have.members(['by node', 'new']);
  });

  for (const mode of [0o600, 0o640, 0o755])
    it(`keeps its mode: ${mode.toString(8)}`, () => {
      writeTextFile(had('old', mode), 'text');
      expect(read('old')).to.equal('text');
      expect(modeOf('old')).to.equal(mode);
    });

  it('keeps its owner and group, if root writes it', function () {
    if (!isRoot) this.skip();
    chownSync(had('old', 0o640), 1234, 5678);
    writeTextFile(at('old'), 'text');
    expect(statSync(at('old'))).to.include({uid: 1234, gid: 5678});
    expect([read('old'), modeOf('old')]).to.deep.equal(['text', 0o640]);
  });

  it('keeps its owner, if another user may write it', function () {
    if (!isRoot) this.skip();
    chmodSync(folder, 0o777);
    had('old', 0o666);
    unprivileged(() => writeTextFile(at('old'), 'text'));
    expect(statSync(at('old'))).to.include({uid: 0});
    expect(read('old')).to.equal('text');
    expect(readdirSync(folder)).to.deep.equal(['old']);
  });

  it('is written in a folder that may not be written to', () => {
    had('old', 0o666);
    chmodSync(folder, 0o555);
    unprivileged(() => writeTextFile(at('old'), 'longer than what was there before'));
    expect(read('old')).to.equal('longer than what was there before');
    unprivileged(() => writeTextFile(at('old'), 'short'));
    expect(read('old')).to.equal('short');
    unprivileged(() => expect(() => writeTextFile(at('new'), 'text')).to.throw(/EACCES/));
    chmodSync(folder, 0o755);
  });

  it('is not written if it is read-only', () => {
    chmodSync(folder, 0o777);
    had('old', 0o444);
    unprivileged(() => expect(() => writeTextFile(at('old'), 'text')).to.throw(/EACCES/));
    expect(read('old')).to.equal('what was there before');
    expect(readdirSync(folder)).to.deep.equal(['old']);
  });

  it('stays the file that it is, with all that Node cannot copy, and leaves nothing beside it', () => {
    const path = had('list');
    const {ino} = statSync(path);
    for (const text of ['shorter', 'longer than what was there before']) {
      writeTextFile(path, text);
      expect(read('list')).to.equal(text);
      expect(statSync(path).ino).to.equal(ino);
    }
    expect(readdirSync(folder)).to.deep.equal(['list']);
  });

  it('keeps its hard links', () => {
    linkSync(had('old'), at('hard'));
    writeTextFile(at('hard'), 'text');
    expect([read('old'), read('hard')]).to.deep.equal(['text', 'text']);
    expect(statSync(at('old')).nlink).to.equal(2);
  });

  it('is found through links, which stay, and keeps its mode', () => {
    mkdirSync(at('deep'));
    had('deep/old', 0o600);
    symlinkSync('deep', at('folder link'));
    symlinkSync('folder link/old', at('one'));
    symlinkSync('one', at('two'));
    writeTextFile(at('two'), 'text');
    expect([read('deep/old'), modeOf('deep/old')]).to.deep.equal(['text', 0o600]);
    expect([readlinkSync(at('one')), readlinkSync(at('two'))]).to.deep.equal(['folder link/old', 'one']);
  });

  it('is made where a link points to, if nothing is there', () => {
    symlinkSync('new', at('link'));
    writeTextFile(at('link'), 'text');
    expect([read('new'), readlinkSync(at('link'))]).to.deep.equal(['text', 'new']);
  });

  it('is found by a link relative to the real folder', () => {
    mkdirSync(at('a/b'), {recursive: true});
    symlinkSync('a/b', at('short'));
    had('a/old');
    symlinkSync('../old', at('a/b/link'));
    writeTextFile(at('short/link'), 'text');
    expect(read('a/old')).to.equal('text');
    expect(readdirSync(folder)).to.have.members(['a', 'short']);
  });

  it('is written beside a draft that a killed process left', () => {
    writeFileSync(at(`.new.${process.pid}-1.tmp`), 'a draft');
    writeTextFile(at('new'), 'text');
    expect(read('new')).to.equal('text');
    expect(read(`.new.${process.pid}-1.tmp`)).to.equal('a draft');
  });

  it('is written, and drafts of it go that killed processes left a minute ago or earlier', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const [dead, alive] = [ended.pid!, process.ppid];
    const old = [`.f.${dead}-1.tmp`, `.f.${dead}-2.tmp`, `.f.${alive}-1.tmp`, `.g.${dead}-1.tmp`, '.f.x-1.tmp'];
    const fresh = `.f.${dead}-3.tmp`;
    for (const name of [...old, fresh]) writeFileSync(at(name), 'half');
    const before = new Date(Date.now() - 61_000);
    for (const name of old) utimesSync(at(name), before, before);
    for (const text of ['new', 'again']) writeTextFile(at('f'), text);
    expect(read('f')).to.equal('again');
    expect(readdirSync(folder)).to.have.members([...old.slice(2), fresh, 'f']);
  });

  it('may have the longest name', () => {
    const name = 'n'.repeat(255);
    writeTextFile(at(name), 'text');
    expect(read(name)).to.equal('text');
  });

  describe('on a full disk', () => {
    let disk: string;
    before(function () {
      if (!isRoot) return this.skip();
      disk = mkdtempSync(join(tmpdir(), 'steadfetch-disk-'));
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], {stdio: 'ignore'});
      } catch {
        rmSync(disk, {recursive: true});
        disk = '';
        this.skip();
      }
    });
    after(() => {
      if (!disk) return;
      execFileSync('umount', [disk]);
      rmSync(disk, {recursive: true});
    });

    const big = 'x'.repeat(200_000);
    it('is as it was before', () => {
      const file = join(disk, 'old');
      writeFileSync(file, 'what was there before');
      expect(() => writeTextFile(file, big)).to.throw(/ENOSPC/);
      expect(readFileSync(file, 'utf8')).to.equal('what was there before');
      expect(readdirSync(disk)).to.deep.equal(['old']);
    });

    it('is as it was before, with its hard links', () => {
      linkSync(join(disk, 'old'), join(disk, 'hard'));
      expect(() => writeTextFile(join(disk, 'hard'), big)).to.throw(/ENOSPC/);
      expect(readFileSync(join(disk, 'old'), 'utf8')).to.equal('what was there before');
    });

    it('is not made', () => {
      for (const write of [writeTextFile, writeNewFile]) expect(() => write(join(disk, 'new'), big)).to.throw(/ENOSPC/);
      expect(readdirSync(disk)).to.not.include('new');
    });
  });

  describe('that is a mounted file', () => {
    before(function () {
      if (!isRoot) this.skip();
    });

    it('is written, because nothing can take its place', function () {
      writeFileSync(at('source'), 'source');
      had('mounted');
      try {
        execFileSync('mount', ['--bind', at('source'), at('mounted')], {stdio: 'ignore'});
      } catch {
        return this.skip();
      }
      try {
        writeTextFile(at('mounted'), 'text');
        expect(read('source')).to.equal('text');
      } finally {
        execFileSync('umount', [at('mounted')]);
      }
    });
  });

  for (const linked of [false, true])
    it(`is written into, if it is a device${linked ? ' behind a link' : ''}`, function () {
      if (!makeNullDevice(at('device'))) this.skip();
      if (linked) symlinkSync('device', at('link'));
      writeTextFile(at(linked ? 'link' : 'device'), 'text');
      expect(lstatSync(at('device')).isCharacterDevice()).to.equal(true);
      expect(statSync(at('device')).rdev).to.equal(statSync('/dev/null').rdev);
      expect(readdirSync(folder)).to.have.members(linked ? ['device', 'link'] : ['device']);
    });

  it('is read by the program at the other end, if it is a FIFO, however long the text is', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reader = spawn('sh', ['-c', 'cat pipe > copy'], {cwd: folder});
    const written = 'line of a long report\n'.repeat(20_000);
    writeTextFile(at('pipe'), written);
    await once(reader, 'exit');
    expect(read('copy')).to.equal(written);
    expect(lstatSync(at('pipe')).isFIFO()).to.equal(true);
  });

  it('ends with a sentence, if it is a FIFO that no program reads', () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(() => writeTextFile(at('pipe'), 'text', {readerWaitMs: 0})).to.throw(
      UnwritableError,
      /^is a FIFO that no program reads: waited 0 ms for one$/,
    );
    expect(lstatSync(at('pipe')).isFIFO()).to.equal(true);
  });

  for (const links of [1, 2])
    it(`stays if it was saved before the last moment, and leaves nothing beside it: ${links} link(s)`, () => {
      writeFileSync(at('old'), 'read');
      if (links === 2) linkSync(at('old'), at('hard'));
      const names = readdirSync(folder);
      const isCurrent = () => {
        writeFileSync(at('old'), 'saved meanwhile');
        return read('old') === 'read';
      };
      expect(() => writeTextFile(at('old'), 'text', {isCurrent})).to.throw(
        UnwritableError,
        /^has changed since it was read$/,
      );
      expect(read('old')).to.equal('saved meanwhile');
      expect(readdirSync(folder)).to.deep.equal(names);
    });

  it('says what failed where its draft is gone', () => {
    const isCurrent = () => {
      for (const name of readdirSync(folder)) rmSync(at(name));
      return true;
    };
    expect(() => writeTextFile(at('new'), 'text', {isCurrent}))
      .to.throw('ENOENT')
      .with.property('syscall', 'rename');
  });

  it('is refused if it is a socket, a directory or a circle of links, and stays', async () => {
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    mkdirSync(at('directory'));
    symlinkSync('circle', at('circle'));
    for (const [name, why] of [
      ['socket', 'is a socket'],
      ['directory', 'is a directory'],
      ['circle', 'is a circle of symbolic links'],
    ] as const)
      expect(() => writeTextFile(at(name), 'text')).to.throw(UnwritableError, why);
    expect(readdirSync(folder)).to.have.members(['socket', 'directory', 'circle']);
    server.close();
  });

  it('is refused if its folder has vanished', () => {
    expect(() => writeTextFile(at('gone/new'), 'text')).to.throw(/ENOENT/);
  });
});
