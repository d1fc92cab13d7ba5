/** What retry-lint exists for: the three findings, at their keys, and their fixes. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {lintText} from '../../../lint/index.ts';
import {clean, Desk, findingsOf} from './desk.ts';

const headlines: [what: string, text: string, finding: string][] = [
  ['attempts without end', '{\n  "maxAttempts": "unlimited",\n  "deadlineMs": null\n}\n', 'RL201 2:3'],
  ['waits without jitter', '{\n  "backoff": {"jitter": "none"}\n}\n', 'RL203 2:15'],
  [
    'a POST that is retried without a key',
    '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/orders"}, "retryOn": [429, 503]}\n  ]\n}\n',
    'RL101 3:16',
  ],
  [
    'a POST that is declared harmless to repeat, and is not',
    '{\n  "routes": [\n    {"match": {"methods": ["POST"], "path": "/orders"}, "idempotentMethods": ["POST"]}\n  ]\n}\n',
    'RL101 3:16',
  ],
];

describe('retry-lint', () => {
  for (const [what, text, finding] of headlines) {
    it(`finds ${what}, and fixes it`, async () => {
      const desk = new Desk({'policy.json': text});
      const found = await desk.run('--format', 'json', 'policy.json');
      expect(found.code).to.equal(1);
      expect(findingsOf(found)).to.include(finding);
      await desk.run('--fix', '--unsafe-fixes', 'policy.json');
      const left = await desk.run('policy.json');
      expect(left.out).to.equal('No findings in 1 file.\n');
      expect(left.code).to.equal(0);
    });
  }

  it('reports mistakes in a policy, and the findings beside them', async () => {
    const desk = new Desk({'policy.json': '{\n  "maxAttempts": "many",\n  "backoff": {"jiter": "none"}\n}\n'});
    const found = await desk.run('-f', 'json', 'policy.json');
    expect(findingsOf(found)).to.deep.equal(['RL003 2:18', 'RL004 3:15', 'RL203 3:15']);
    expect(found.code).to.equal(1);
  });

  it('writes the same report as the API, byte for byte', async () => {
    const text = '# a policy\nextends: [./base.json]\nmaxAttempts: many\nbackoff: {jitter: none}\n';
    const base = '{"deadlineMs": null, "maxAttempts": "unlimited"}';
    const desk = new Desk({'shop.retry.yaml': text, 'base.json': base});
    const {out} = await desk.run('-f', 'json', 'shop.retry.yaml');
    const {findings} = await lintText({
      path: 'shop.retry.yaml',
      files: {'shop.retry.yaml': text, 'base.json': base},
      config: {today: '2026-11-24'},
    });
    const withoutHoles = findings.map(({fix, ...finding}) => ({...finding, fix: fix ?? null}));
    expect(findings.length).to.be.above(1);
    expect(JSON.stringify(JSON.parse(out).findings)).to.equal(JSON.stringify(withoutHoles));
  });

  it('reports nothing about a safe policy', async () => {
    expect(await new Desk({'policy.json': clean}).run('policy.json')).to.deep.equal({
      code: 0,
      out: 'No findings in 1 file.\n',
      err: '',
    });
  });

  it('reports its own bugs as bugs', async () => {
    const desk = new Desk({'policy.json': clean});
    const io = desk.io();
    const {run} = await import('../../../lint/cli.ts');
    const broken = {...io, today: () => [].at(0)!['length' as never] as string};
    expect(await run(['policy.json'], broken)).to.equal(3);
    expect(desk.err.text)
      .to.match(/^TypeError: .*\n {4}at /)
      .and.contain('This is a bug in retry-lint 0.1.0');
  });

  it('under a Node that is too old, says so instead of calling it a bug', async () => {
    const desk = new Desk({'policy.json': clean});
    const {run} = await import('../../../lint/cli.ts');
    const {engines} = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    const oldest = engines.node.replace('>=', '');
    const broken = {...desk.io(), node: '20.20.2', today: () => [].at(0)!['length' as never] as string};
    expect(await run(['policy.json'], broken)).to.equal(3);
    expect(desk.err.text)
      .to.contain(`retry-lint 0.1.0 needs Node ${oldest} or later, and this is Node 20.20.2.`)
      .and.not.contain('bug');
  });

  it('lints a folder that is called like a command of another program', async () => {
    const desk = new Desk({'check/a.retry.json': clean});
    expect(await desk.run('check')).to.deep.equal({code: 0, out: 'No findings in 1 file.\n', err: ''});
  });
});
