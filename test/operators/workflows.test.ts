/**
 * The workflows and the action, by actionlint and zizmor, and so is the workflow that the guide shows. Says so, and passes nothing, where
 * neither can be had.
 */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {actionlint, findGoTool} from '../../tools/go/find.ts';
import {findPythonTool, zizmor} from '../../tools/python/find.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The workflow of docs/retry-lint.md. */
function guideWorkflow(action: string): string {
  const guide = readFileSync(join(root, 'docs/retry-lint.md'), 'utf8');
  const [, workflow = ''] = /```yaml\n(name: retry-lint\n[\s\S]*?)```/.exec(guide) ?? [];
  return workflow.replace('OWNER/steadfetch@COMMIT', action);
}

describe('workflows and the action', () => {
  let folder: string;

  /** Creates a repository that has only the checked files. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadfetch-workflows-'));
    mkdirSync(join(folder, '.git'));
    cpSync(join(root, '.github'), join(folder, '.github'), {recursive: true});
    cpSync(join(root, 'action.yml'), join(folder, 'action.yml'));
  });
  after(() => rmSync(folder, {recursive: true, force: true}));

  /** The output of a program that does not exit with 0. */
  const problemsOf = (binary: string, ...args: string[]): Promise<string> =>
    new Promise(resolve =>
      execFile(binary, args, {cwd: folder, timeout: 120_000}, (error, stdout, stderr) =>
        resolve(error === null ? '' : `${stdout}\n${stderr}`),
      ),
    );

  const checks = [
    // By its path actionlint finds the action, and checks its inputs.
    {name: 'actionlint', find: () => findGoTool(actionlint, true), args: [], action: './'},
    {
      name: 'zizmor',
      find: () => findPythonTool(zizmor),
      args: ['--offline', '--no-progress', '.'],
      action: `acme/steadfetch@${'0'.repeat(40)}`,
    },
  ];
  for (const {name, find, args, action} of checks) {
    it(`pass ${name}`, async function () {
      const found = await find();
      if ('missing' in found) {
        console.log(`      skipped: ${found.missing}`);
        return this.skip();
      }
      writeFileSync(join(folder, '.github/workflows/guide.yml'), guideWorkflow(action));
      expect(await problemsOf(found.binary, ...args)).to.equal('');
      writeFileSync(join(folder, '.github/workflows/wrong.yml'), WRONG);
      expect(await problemsOf(found.binary, ...args), 'the invalid file').to.contain('wrong.yml');
      rmSync(join(folder, '.github/workflows/wrong.yml'));
    });
  }
});

/** Code from the title of a pull request, in a job that may write. */
const WRONG = `name: wrong
on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ github.event.pull_request.title }}"
`;
