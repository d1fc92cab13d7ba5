/** Policies from disk: formats, extends, and errors that say file, line and column. */

import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect} from 'chai';
import {lintText} from '../lint/lint.ts';
import {InvalidPolicyError, SteadfetchError} from '../src/core/errors.ts';
import {loadPolicy, loadPolicySync} from '../src/load.ts';
import {resolvePolicy} from '../src/policy/resolve.ts';

describe('loadPolicy', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'));
  });

  afterEach(() => rmSync(folder, {recursive: true}));

  /** Writes files and loads the first, with both loaders, which have to agree. */
  async function load(files: Readonly<Record<string, string | object>>): Promise<unknown> {
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, name);
      mkdirSync(dirname(file), {recursive: true});
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    }
    const first = join(folder, Object.keys(files)[0] as string);
    const [one, other] = [await outcome(() => loadPolicy(first)), await outcome(() => loadPolicySync(first))];
    expect(one).to.deep.equal(other);
    if (one instanceof Error) throw one;
    return one;
  }

  const outcome = async (run: () => unknown): Promise<unknown> => {
    try {
      return await run();
    } catch (error) {
      return error;
    }
  };

  const failure = async (files: Readonly<Record<string, string | object>>): Promise<SteadfetchError> => {
    const error = await outcome(() => load(files));
    expect(error).to.be.instanceOf(SteadfetchError);
    return error as SteadfetchError;
  };

  it('reads as many YAML aliases as the linter', async () => {
    const text = `x-slow: &slow 8000
x-gentle: &gentle {baseMs: 500, capMs: *slow, throttledBaseMs: *slow}
x-read: &read {backoff: *gentle, hedge: null}
routes:
${Array.from({length: 199}, (_, n) => `  - {<<: *read, match: {path: /${n}}, name: r${n}, attemptTimeoutMs: *slow}`).join('\n')}
`;
    const policy = (await load({'p.yaml': text})) as {routes: unknown[]};
    expect(policy.routes).to.have.length(199);
    expect(policy.routes.at(-1)).to.deep.equal({
      match: {path: '/198'},
      name: 'r198',
      attemptTimeoutMs: 8000,
      backoff: {baseMs: 500, capMs: 8000, throttledBaseMs: 8000},
      hedge: null,
    });
    const {findings} = await lintText({path: 'p.yaml', files: {'p.yaml': text}});
    expect(findings.filter(({code}) => code.startsWith('RL00'))).to.deep.equal([]);
  });

  it('reads tens of thousands of YAML aliases in linear time', async () => {
    const text = `x-a: &a 1\nx-b: [${Array(24_000).fill('*a').join(', ')}]\nmaxAttempts: 2\n`;
    expect(await load({'p.yaml': text})).to.deep.include({maxAttempts: 2});
  });

  for (const [what, name, text] of [
    ['JSON', 'p.json', '{"maxAttempts": 2}'],
    ['JSON with a byte order mark', 'p.json', '\uFEFF{"maxAttempts": 2}'],
    ['JSON with comments and trailing commas', 'p.jsonc', '{\n  // why\n  "maxAttempts": 2, /* more */\n}'],
    ['YAML', 'p.yaml', '# why\nmaxAttempts: 2\n'],
    ['YAML with a byte order mark', 'p.yml', '\uFEFFmaxAttempts: 2\n'],
    ['YAML with anchors and merge keys', 'p.yml', 'x-base: &base {maxAttempts: 2}\n<<: *base\n'],
    ['a capital ending', 'P.JSON', '{"maxAttempts": 2}'],
  ] as const) {
    it(`reads ${what}`, async () => expect(await load({[name]: text})).to.deep.equal({version: 1, maxAttempts: 2}));
  }

  it('takes a URL too', async () => {
    writeFileSync(join(folder, 'a b.json'), '{"maxAttempts": 2}');
    expect(await loadPolicy(pathToFileURL(join(folder, 'a b.json')))).to.deep.equal({version: 1, maxAttempts: 2});
  });

  it('lays what is extended under the file, left to right, presets and files alike', async () => {
    const input = await load({
      'p.json': {
        extends: ['steadfetch:interactive', './base/one.yaml', './base/two.jsonc'],
        attemptTimeoutMs: 700,
        routes: [{match: {path: '/own'}}],
      },
      'base/one.yaml':
        'extends: [../common.json, steadfetch:payments]\nbackoff: {kind: constant, delayMs: 5}\nroutes: [{match: {path: /one}}]\n',
      'base/two.jsonc': '{"backoff": {"jitter": "equal"}, "budget": null, "routes": [{"match": {"path": "/two"}}]}',
      'common.json': {maxAttempts: 4, hedge: {delayMs: 9}, routes: [{match: {path: '/common'}}]},
    });
    const {policy, routes} = resolvePolicy(input);
    expect(policy).to.deep.include({
      name: 'payments',
      maxAttempts: 3,
      idleTimeoutMs: 10_000,
      deadlineMs: 60_000,
      attemptTimeoutMs: 700,
      backoff: {kind: 'constant', delayMs: 5, throttledBaseMs: 1000, jitter: 'equal'},
      budget: null,
      hedge: null,
    });
    expect(routes.map(({template}) => template)).to.deep.equal(['/own', '/two', '/one', '/common']);
  });

  it('reads a file that two others extend', async () => {
    const shared = {extends: ['./base.json']};
    expect(
      await load({
        'p.json': {extends: ['./a.json', './b.json']},
        'a.json': shared,
        'b.json': shared,
        'base.json': {maxAttempts: 2},
      }),
    ).to.deep.equal({version: 1, maxAttempts: 2});
  });

  describe('says where a file is broken', () => {
    for (const [what, name, text, message] of [
      ['a missing comma', 'p.json', '{\n  "maxAttempts": 2\n  "name": "a"\n}', /p\.json:3:3: comma expected\.$/],
      ['an empty file', 'p.json', '', /p\.json:1:1: /],
      ['text after the end', 'p.json', '{} {}', /p\.json:1:4: end of file expected\.$/],
      [
        'a duplicate key',
        'p.json',
        '{\n  "name": "a",\n  "name": "b"\n}',
        /p\.json:3:3: the key "name" is already used in this object\.$/,
      ],
      [
        'a duplicate key deep inside',
        'p.jsonc',
        '\uFEFF{"backoff": {"baseMs": 1, "baseMs": 2}}',
        /p\.jsonc:1:27: the key "baseMs"/,
      ],
      ['a duplicate __proto__', 'p.json', '{"__proto__": 1, "__proto__": 2}', /p\.json:1:18: the key "__proto__"/],
      ['broken YAML', 'p.yaml', 'maxAttempts: 2\nname: [a\n', /p\.yaml:\d+:\d+: /],
      [
        'a duplicate key in YAML',
        'p.yaml',
        'name: a\nname: b\n',
        /p\.yaml:2:1: a key is already used in this object\.$/,
      ],
      [
        'two YAML documents',
        'p.yaml',
        'name: a\n---\nname: b\n',
        /p\.yaml:2:1: a second YAML document begins here, and a policy file holds one\.$/,
      ],
      [
        'a YAML alias bomb',
        'p.yaml',
        `a: &a [x, x]\n${[...'bcdefghijklmnop'].map((key, n) => `${key}: &${key} [*${'abcdefghijklmno'[n]}, *${'abcdefghijklmno'[n]}]`).join('\n')}\n`,
        /p\.yaml expands to more than 50000 values, the limit for a policy\.$/,
      ],
      [
        'a YAML alias bomb of keys',
        'p.yaml',
        `a: &a [x, x]\n${[...'bcdefghijklmnop'].map((key, n) => `? [*${'abcdefghijklmno'[n]}, *${'abcdefghijklmno'[n]}]\n: &${key} [*${'abcdefghijklmno'[n]}, *${'abcdefghijklmno'[n]}]`).join('\n')}\n`,
        /p\.yaml expands to more than 50000 values/,
      ],
      ['a YAML alias in its own anchor', 'p.yaml', 'x-a: &a [*a]\n', /p\.yaml expands to more than 50000 values/],
      ['a YAML alias without an anchor', 'p.yaml', 'x-a: *a\n', /p\.yaml cannot be read as YAML: Unresolved alias/],
      ['JSON nested too deep', 'p.json', '['.repeat(200_000), /p\.json/],
      [
        'another ending',
        'p.toml',
        'maxAttempts = 2',
        /p\.toml is not a policy file by its name\. Policy files end in \.json, \.jsonc, \.yaml or \.yml\.$/,
      ],
    ] as const) {
      it(what, async () => {
        const error = await failure({[name]: text});
        expect(error.code).to.equal('POLICY_FILE');
        expect(error.message).to.match(message);
      });
    }
  });

  it('names the chain of files that extend each other in a circle', async () => {
    const error = await failure({
      'a.json': {extends: ['./b.json']},
      'b.json': {extends: ['./c.json']},
      'c.json': {extends: ['./b.json']},
    });
    expect(error.message).to.match(
      /b\.json extends itself: \S*b\.json → \S*c\.json → \S*b\.json\. Take one of them out of extends\.$/,
    );
  });

  it('ends although links make endless names', async () => {
    symlinkSync('.', join(folder, 'sub'));
    const error = await failure({'p.json': {extends: ['./sub/p.json']}});
    expect(error.message).to.match(/more than 32 levels deep/);
  });

  it('ends although files double with every level', async () => {
    const files = Array.from({length: 20}, (_, n) => [
      `${n}.json`,
      n === 19 ? {} : {extends: [`./${n + 1}.json`, `./${n + 1}.json`]},
    ]);
    expect((await failure(Object.fromEntries(files))).message).to.match(/more than 200 layers/);
  });

  // A file that is read would hang: a FIFO has no writer here, and a device never ends.
  for (const [what, make] of [
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['a device', (path: string) => symlinkSync('/dev/zero', path)],
  ] as const) {
    it(`refuses ${what}, named or extended`, async function () {
      if (process.platform === 'win32') this.skip();
      make(join(folder, 'other.json'));
      const refused = /^The policy file \S*other\.json is not a regular file\.$/;
      expect((await failure({'p.json': {extends: ['./other.json']}})).message).to.match(refused);
      const file = join(folder, 'other.json');
      for (const loading of [() => loadPolicy(file), () => loadPolicySync(file)])
        expect(String(await outcome(loading))).to.match(/other\.json is not a regular file\.$/);
    });
  }

  it('says which file is a directory', async () => {
    mkdirSync(join(folder, 'other.json'));
    const {message} = await failure({'p.json': {extends: ['./other.json']}});
    expect(message).to.match(/^The policy file \S*other\.json is a directory\.$/);
  });

  it('says which file is missing, and keeps the cause', async () => {
    const error = await failure({'p.json': {extends: ['./gone.json']}});
    expect(error.code).to.equal('POLICY_FILE');
    expect(error.message).to.match(/^The policy file \S*gone\.json does not exist\.$/);
    expect(error.cause).to.have.property('code', 'ENOENT');
  });

  it('names the file of every wrong field', async () => {
    const error = await failure({'p.json': {extends: ['./base.json']}, 'base.json': {maxAttempts: 0, retires: 1}});
    expect(error).to.be.instanceOf(InvalidPolicyError);
    const {problems} = error as InvalidPolicyError;
    expect(problems.map(({path}) => path)).to.have.members(['maxAttempts', 'retires']);
    for (const {message} of problems) expect(message).to.match(/ \(in \S*base\.json\)$/);
  });

  it('names the file of an unknown preset', async () => {
    const error = await failure({'p.json': {extends: ['steadfetch:lmm']}});
    expect(error.message).to.match(
      /extends\[0\] is "steadfetch:lmm", which is not a preset; did you mean "steadfetch:llm"\? \(in \S*p\.json\)$/,
    );
  });

  it('refuses what only the merged policy gets wrong, at the route that wrote it', async () => {
    const error = await failure({
      'p.json': {extends: ['./base.json'], maxAttempts: 'unlimited', routes: [{match: {}}]},
      'base.json': {routes: [{match: {path: '/a'}}, {match: {path: '/b'}, deadlineMs: null}]},
    });
    const [problem] = (error as InvalidPolicyError).problems;
    expect(problem?.path).to.equal('routes[1].maxAttempts');
    expect(problem?.message).to.match(/ \(in \S*base\.json\)$/);
  });

  it('never assigns __proto__, from JSON or YAML', async () => {
    for (const files of [{'p.json': '{"__proto__": {"polluted": 1}}'}, {'p.yaml': '__proto__: {polluted: 1}\n'}]) {
      expect((await failure(files)).message).to.match(/__proto__ is not a field/);
      expect(({} as {polluted?: unknown}).polluted).to.equal(undefined);
    }
  });
});
