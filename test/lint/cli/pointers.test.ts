/** Policies inside other files, such as package.json, named by a JSON pointer behind the file. */
import {execFileSync} from 'node:child_process';
import {expect} from 'chai';
import {clean, Desk, findingsOf} from './desk.ts';

const manifest = `{
  "name": "shop",
  "scripts": {"a": "1", "a": "2"},
  "retryPolicy": {
    "backoff": {"jitter": "none"}
  },
  "clients": [{"a/b~c": {"backoff": {"jitter": "none"}}}]
}
`;

/** `path pointer line:column` of each finding. */
function placed(out: string): string[] {
  const {findings} = JSON.parse(out) as {
    findings: {path: string; pointer: string; range: {start: {line: number; column: number}}}[];
  };
  return findings.map(({path, pointer, range: {start}}) => `${path} ${pointer} ${start.line}:${start.column}`);
}

describe('a policy inside package.json', () => {
  it('is linted by its pointer, without the rest of the file', async () => {
    const desk = new Desk({'package.json': manifest});
    const {code, out} = await desk.run('-f', 'json', 'package.json#/retryPolicy');
    expect(code).to.equal(1);
    expect(placed(out)).to.deep.equal(['package.json retryPolicy.backoff.jitter 5:17']);
    expect(findingsOf({code, out, err: ''})).to.deep.equal(['RL203 5:17']);
  });

  it('is one of several, in lists and under keys with slashes', async () => {
    const desk = new Desk({'package.json': manifest});
    const {out} = await desk.run('-f', 'json', 'package.json#/clients/0/a~1b~0c', 'package.json#/retryPolicy');
    expect(placed(out)).to.deep.equal([
      'package.json retryPolicy.backoff.jitter 5:17',
      'package.json clients[0]["a/b~c"].backoff.jitter 7:38',
    ]);
    const percent = await desk.run('-f', 'json', 'package.json#/clients/0/a~1b%7E0c');
    expect(placed(percent.out)).to.have.length(1);
  });

  it('is shown with the path of the file, in every report', async () => {
    const desk = new Desk({'package.json': manifest});
    expect((await desk.run('package.json#/retryPolicy')).out).to.match(/^package\.json:5:17 {2}error {2}RL203/);
    const {out} = await desk.run('-f', 'sarif', 'package.json#/retryPolicy');
    const [{locations}] = JSON.parse(out).runs[0].results;
    expect(locations[0].physicalLocation.artifactLocation.uri).to.equal('package.json');
  });

  it('is fixed in place', async () => {
    const desk = new Desk({'package.json': manifest});
    expect((await desk.run('--fix', '--unsafe-fixes', 'package.json#/retryPolicy')).code).to.equal(0);
    expect(desk.read('package.json')).to.equal(manifest.replace('"none"', '"full"'));
  });

  it('extends files from the folder of package.json', async () => {
    const desk = new Desk({'a/package.json': '{"retryPolicy": {"extends": ["./base.json"]}}', 'a/base.json': clean});
    expect((await desk.run('a/package.json#/retryPolicy')).out).to.equal('No findings in 1 file.\n');
    desk.write('a/base.json', '{"backoff": {"jitter": "none"}}');
    const {out} = await desk.run('-f', 'json', 'a/package.json#/retryPolicy');
    expect(placed(out)).to.deep.equal(['a/package.json retryPolicy.backoff.jitter 1:30']);
  });

  it('can have suppressions, and be accepted', async () => {
    const block = ',\n    "x-retry-lint": {"disable": [{"rule": "RL203", "reason": "one client"}]}';
    const desk = new Desk({'package.json': manifest.replace('"none"}', `"none"}${block}`)});
    expect((await desk.run('package.json#/retryPolicy')).code).to.equal(0);
    desk.write('package.json', manifest);
    await desk.run('baseline', 'package.json#/retryPolicy');
    expect(JSON.parse(desk.read('.retry-lint-baseline.json')).findings).to.deep.equal({
      'package.json': [
        {finding: 'RL203 retryPolicy.backoff.jitter', severity: 'error', digest: '510ad85f', numbers: [100]},
      ],
    });
    expect((await desk.run('package.json#/retryPolicy')).code).to.equal(0);
    expect((await desk.run('package.json#/retryPolicy', 'package.json#/clients/0/a~1b~0c')).code).to.equal(1);
  });

  it('is explained', async () => {
    const desk = new Desk({'package.json': manifest});
    expect((await desk.run('explain', 'RL203', 'package.json#/retryPolicy')).out).to.contain(
      'package.json:5:17  error',
    );
    expect(JSON.parse((await desk.run('print-config', 'package.json#/retryPolicy')).out).ignored).to.equal(false);
  });

  it('is read from standard input', async () => {
    const desk = new Desk();
    desk.input = manifest;
    const {out} = await desk.run('-f', 'json', '-', '--stdin-filename', 'a/package.json#/retryPolicy');
    expect(placed(out)).to.deep.equal(['a/package.json retryPolicy.backoff.jitter 5:17']);
  });

  it('is declared in the configuration, by a glob of its files', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"policies": ["packages/*/package.json#/retryPolicy"]}',
      'packages/a/package.json': manifest,
      'packages/b/package.json': '{"name": "b"}',
      'packages/c.json': manifest,
    });
    expect(placed((await desk.run('-f', 'json')).out)).to.deep.equal([
      'packages/a/package.json retryPolicy.backoff.jitter 5:17',
    ]);
    expect(placed((await desk.run('-f', 'json', 'packages/*/*.json#/retryPolicy')).out)).to.have.length(1);
  });

  it('is not read after a syntax error, which is reported', async () => {
    const desk = new Desk({'package.json': '{"retryPolicy": {}'});
    expect(findingsOf(await desk.run('-f', 'json', 'package.json#/retryPolicy'))).to.deep.equal(['RL001 1:19']);
  });

  it('is linted if its file has changed', async () => {
    const desk = new Desk({'package.json': manifest});
    const git = (...args: string[]): void => void execFileSync('git', args, {cwd: desk.folder, stdio: 'pipe'});
    git('init', '-q');
    git('add', '.');
    expect(placed((await desk.run('-f', 'json', '--changed', 'package.json#/retryPolicy')).out)).to.have.length(1);
  });

  const refused: [operand: string, message: string][] = [
    ['package.json#/retryPolcy', 'package.json has nothing at /retryPolcy.'],
    ['package.json#/clients/7', 'package.json has nothing at /clients/7.'],
    ['gone.json#/retryPolicy', 'gone.json does not exist.'],
    ['.#/retryPolicy', '. is a folder: /retryPolicy can be in a file only.'],
  ];
  for (const [operand, message] of refused) {
    it(`named as ${operand} is a usage error`, async () => {
      const desk = new Desk({'package.json': manifest});
      expect(await desk.run(operand)).to.deep.equal({code: 2, out: '', err: `${message}\n`});
    });
  }

  it('is an error if the configuration names a pointer without a value', async () => {
    const desk = new Desk({
      '.retry-lintrc.json': '{"policies": ["package.json#/retryPolcy"]}',
      'package.json': manifest,
      'a.retry.json': clean,
    });
    expect(await desk.run()).to.deep.equal({
      code: 2,
      out: '',
      err: '.retry-lintrc.json: policies[0]: package.json has nothing at /retryPolcy.\n',
    });
  });

  it('may be in YAML, in each document with the pointer', async () => {
    const yaml =
      'name: a\nretry: {backoff: {jitter: none}}\n---\nname: b\n---\nname: c\nretry: {backoff: {jitter: none}}\n';
    const {out} = await new Desk({'values.yaml': yaml}).run('-f', 'json', 'values.yaml#/retry');
    expect(placed(out)).to.deep.equal([
      'values.yaml retry.backoff.jitter 2:19',
      'values.yaml retry.backoff.jitter 7:19',
    ]);
  });
});
