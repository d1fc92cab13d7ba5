/** `npx retry-lint`, in a project with steadfetch and in one without it. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {attempt, fullProject, oldestNode, packedLinter, projectWith} from './projects.ts';

const policy = '{\n  "backoff": {"jitter": "none"}\n}\n';
const finding = /^policy\.json:2:15 {2}error {2}RL203 no-synchronized-retries\n/;

describe('npx retry-lint', () => {
  it('works in a project that has nothing else', async () => {
    const folder = await projectWith('linter', [await packedLinter()]);
    writeFileSync(join(folder, 'policy.json'), policy);
    const {code, output} = await attempt(folder, 'npx', 'retry-lint', 'policy.json');
    expect(output).to.match(finding);
    expect(code).to.equal(1);
    expect((await attempt(folder, 'npx', 'retry-lint', '--fix', '--unsafe-fixes', 'policy.json')).code).to.equal(0);
    expect((await attempt(folder, 'npx', 'retry-lint', 'policy.json')).output).to.equal('No findings in 1 file.\n');
  });

  it('explains its rules, whose pages are in the package', async () => {
    const folder = await fullProject();
    const {code, output} = await attempt(folder, 'npx', 'retry-lint', 'explain', 'RL203');
    expect(output)
      .to.match(/^RL203 no-synchronized-retries\n/)
      .and.contain('Exponential Backoff and Jitter');
    expect(code).to.equal(0);
  });

  it('works under the oldest Node that it admits', async () => {
    const folder = await fullProject();
    writeFileSync(join(folder, 'policy.json'), policy);
    writeFileSync(join(folder, 'policy.yaml'), 'backoff: {jitter: none}\n');
    const program = join(folder, 'node_modules/.bin/retry-lint');
    expect((await attempt(folder, 'npx', 'retry-lint', 'policy.json')).output).to.match(finding);
    const {code, output} = await attempt(folder, await oldestNode(), program, 'policy.json', '*.yaml');
    expect(output).to.match(finding).and.contain('2 errors in 2 files.');
    expect(code).to.equal(1);
  });

  it('runs rules of a project, which are made with retry-lint', async () => {
    const folder = join(await fullProject(), 'ruled');
    mkdirSync(folder);
    const rule = `{
      code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'Name it', documentation: () => ({why: 'So.',
      sources: [], bad: [{}], good: [{}]}), check: scope => scope.policy.name === 'default' ? [{at: 'name', message: 'No name.'}] : [],
    }`;
    writeFileSync(
      join(folder, 'rules.mjs'),
      `import {defineRule} from 'retry-lint';\nexport default defineRule(${rule});\n`,
    );
    writeFileSync(join(folder, '.retry-lintrc.json'), '{"plugins": ["./rules.mjs"]}');
    writeFileSync(join(folder, 'policy.json'), '{}');
    const {code, output} = await attempt(folder, 'npx', 'retry-lint', 'policy.json');
    expect(output).to.match(/^policy\.json:1:1 {2}error {2}ACME101 use-a-name\n/);
    expect(code).to.equal(1);
  });

  it('init points at the schema that is installed', async () => {
    const folder = await fullProject();
    const {output} = await attempt(folder, 'npx', 'retry-lint', 'init', '--force', 'deep/shop.retry.json');
    expect(output).to.contain('Wrote deep/shop.retry.json.');
    const read = `console.log(require('./' + require('./deep/shop.retry.json').$schema.replace('../', '')).title)`;
    expect((await attempt(folder, process.execPath, '--input-type=commonjs', '--eval', read)).output).to.equal(
      'steadfetch retry policy\n',
    );
  });
});
