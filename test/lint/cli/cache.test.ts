/** What Node keeps of the program between runs: where, for whom alone, and that it never changes a result. */
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {cacheFolderOf, usableCacheFolder} from '../../../lint/io/cache-folder.ts';
import {bundlePrograms} from '../../../scripts/bundle/programs.ts';
import {seededRandom} from '../../../src/core/random.ts';
import {bundledFolder} from '../../support/programs.ts';
import {runs} from '../../support/runs.ts';
import {Desk, wavy} from './desk.ts';

const isWindows = process.platform === 'win32';

describe('the cache folder', () => {
  const folders: [what: string, env: Record<string, string>, platform: string, folder: string | undefined][] = [
    ['XDG_CACHE_HOME', {XDG_CACHE_HOME: '/caches', HOME: '/ada'}, 'linux', '/caches/retry-lint'],
    ['no relative XDG_CACHE_HOME', {XDG_CACHE_HOME: 'caches', HOME: '/ada'}, 'linux', '/ada/.cache/retry-lint'],
    ['~/.cache on Linux', {HOME: '/ada'}, 'linux', '/ada/.cache/retry-lint'],
    ['~/Library/Caches on macOS', {HOME: '/ada'}, 'darwin', '/ada/Library/Caches/retry-lint'],
    ['LOCALAPPDATA on Windows', {LOCALAPPDATA: '/Ada/AppData/Local'}, 'win32', '/Ada/AppData/Local/retry-lint/Cache'],
    ['nothing without a home', {}, 'linux', undefined],
    ['nothing with a relative home', {HOME: '.'}, 'linux', undefined],
  ];
  for (const [what, env, platform, folder] of folders) {
    it(`is ${what}`, function () {
      if (isWindows) this.skip();
      expect(cacheFolderOf({env, platform, id: 1})).to.equal(folder);
    });
  }
});

describe('the cache of the program', () => {
  if (isWindows) return;
  /** Has the program. */
  let home: string;
  /** What every run must print, whatever its cache. */
  let expected: ReturnType<typeof ended>;

  before(async () => {
    home = bundledFolder ?? Desk.lasting().folder;
    if (bundledFolder === undefined) await bundlePrograms(home);
    const here = desk();
    expected = ended(start(here, '022', {NODE_DISABLE_COMPILE_CACHE: '1'}));
    expect(expected).to.include({status: 1, stderr: ''});
    expect(existsSync(cacheOf(here))).to.equal(false);
  });
  after(() => {
    if (bundledFolder === undefined) rmSync(home, {recursive: true, force: true});
  });

  const cacheOf = (desk: Desk): string => desk.at('home/.cache/retry-lint');

  function start(desk: Desk, umask = '022', env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
    const command = `umask ${umask}; exec "$0" "$@"`;
    return spawnSync('sh', ['-c', command, process.execPath, join(home, 'retry-lint.cjs'), 'p.json'], {
      cwd: desk.folder,
      encoding: 'utf8',
      env: {PATH: process.env.PATH, HOME: desk.at('home'), ...env},
    });
  }

  const desk = (): Desk => new Desk({'p.json': wavy, 'home/.profile': ''});
  const ended = ({status, stdout, stderr}: SpawnSyncReturns<string>) => ({status, stdout, stderr});

  /** Every file below a folder, with when it was changed. */
  const filesIn = (folder: string): string[] =>
    readdirSync(folder, {recursive: true, encoding: 'utf8'})
      .filter(path => lstatSync(join(folder, path)).isFile())
      .map(path => `${path} ${lstatSync(join(folder, path)).mtimeMs}`)
      .sort();

  it('is written by the first run, for the user alone, and used by the next', () => {
    const here = desk();
    expect(ended(start(here))).to.deep.equal(expected);
    expect(statSync(cacheOf(here)).mode & 0o777).to.equal(0o700);
    const written = filesIn(cacheOf(here));
    expect(written).to.have.length(1);
    expect(ended(start(here))).to.deep.equal(expected);
    expect(filesIn(cacheOf(here))).to.deep.equal(written);
  });

  it('is the only thing that a run writes', () => {
    const here = desk();
    const [before, program] = [filesIn(here.folder), filesIn(home)];
    start(here);
    start(here);
    const written = filesIn(here.folder).filter(file => !before.includes(file));
    expect(written.filter(file => !file.startsWith('home/.cache/retry-lint/'))).to.deep.equal([]);
    expect(filesIn(here.folder)).to.include.members(before);
    expect(filesIn(home)).to.deep.equal(program);
  });

  it('never changes a result, whichever of its bits is flipped', function () {
    this.timeout(120_000);
    const here = desk();
    start(here);
    const [name] = readdirSync(cacheOf(here), {recursive: true, encoding: 'utf8'}).filter(path => path.includes('/'));
    const file = join(cacheOf(here), name!);
    const good = readFileSync(file);
    const random = seededRandom(30);
    const flips = runs(5, 30);
    expect(flips).to.be.above(0);
    for (let flip = 0; flip < flips; flip++) {
      const bad = Buffer.from(good);
      const bit = Math.floor(random() * bad.length * 8);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(file, bad);
      expect(ended(start(here)), `bit ${bit}`).to.deep.equal(expected);
    }
  });

  it('is not accessible to others, even with umask 000', () => {
    const here = desk();
    chmodSync(here.at('home'), 0o755);
    start(here, '000');
    expect(statSync(cacheOf(here)).mode & 0o777).to.equal(0o700);
    expect(filesIn(cacheOf(here))).to.have.length(1);
  });

  for (const mode of [0o777, 0o770, 0o755, 0o1777]) {
    it(`is not used where the folder has the mode ${mode.toString(8)}`, () => {
      const here = desk();
      mkdirSync(cacheOf(here), {recursive: true});
      chmodSync(cacheOf(here), mode);
      expect(ended(start(here))).to.deep.equal(expected);
      expect(readdirSync(cacheOf(here))).to.deep.equal([]);
    });
  }

  it('is not used if others may write to a folder above it', () => {
    const here = desk();
    mkdirSync(cacheOf(here), {recursive: true, mode: 0o700});
    chmodSync(here.at('home/.cache'), 0o777);
    expect(ended(start(here))).to.deep.equal(expected);
    expect(readdirSync(cacheOf(here))).to.deep.equal([]);
  });

  it('is not used if the folder is a link', () => {
    const here = desk();
    mkdirSync(here.at('elsewhere'), {mode: 0o700});
    mkdirSync(here.at('home/.cache'), {mode: 0o700});
    symlinkSync(here.at('elsewhere'), cacheOf(here));
    expect(ended(start(here))).to.deep.equal(expected);
    expect(readdirSync(here.at('elsewhere'))).to.deep.equal([]);
  });

  it('is not used if the folder, or one above it, belongs to another user', function () {
    if (process.geteuid!() !== 0) this.skip();
    for (const foreign of ['home', 'home/.cache', 'home/.cache/retry-lint']) {
      const here = desk();
      mkdirSync(cacheOf(here), {recursive: true, mode: 0o700});
      chownSync(here.at(foreign), 65534, 65534);
      expect(ended(start(here)), foreign).to.deep.equal(expected);
      expect(readdirSync(cacheOf(here)), foreign).to.deep.equal([]);
    }
  });

  it('is not used if this user is not its owner', () => {
    const here = desk();
    const user = {env: {HOME: here.at('home')}, platform: 'linux', id: process.geteuid!()};
    expect(usableCacheFolder(user)).to.equal(cacheOf(here));
    expect(usableCacheFolder({...user, id: user.id + 1})).to.equal(undefined);
  });

  it('is not needed: a run works if the cache cannot be made, is disabled, or is of another version', () => {
    const here = desk();
    here.write('file', 'a file, where a folder should be');
    expect(ended(start(here, '022', {XDG_CACHE_HOME: here.at('file')}))).to.deep.equal(expected);
    expect(ended(start(here, '022', {HOME: ''}))).to.deep.equal(expected);
    start(here, '022', {NODE_DISABLE_COMPILE_CACHE: '1'});
    start(here, '022', {NODE_COMPILE_CACHE: here.at('named')});
    expect(existsSync(cacheOf(here))).to.equal(false);
    expect(existsSync(here.at('named'))).to.equal(true);
  });
});
