/** The simulator that the extension for VS Code runs: code of the project. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {expect} from 'chai';
import {CliError} from '../../../lint/io/cli-error.ts';
import {simulatorOf} from '../../../lint/vscode/server/project-simulator.ts';

describe('the simulator of a project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retry-lint-simulator-'));
  const worker = join(folder, 'node_modules/steadfetch/dist/worker.js');
  const allowed = {hasDisk: true, runsCode: true};

  before(() => {
    mkdirSync(dirname(worker), {recursive: true});
    mkdirSync(join(folder, 'services/orders'), {recursive: true});
    writeFileSync(worker, '');
  });
  after(() => rmSync(folder, {recursive: true}));

  it('is that of the folder, or of one above', () => {
    for (const path of [folder, join(folder, 'services/orders')]) expect(simulatorOf(path, allowed)).to.equal(worker);
  });

  it('does not run in a workspace that is not trusted', () => {
    expect(() => simulatorOf(folder, {...allowed, runsCode: false})).to.throw(CliError, /trust the workspace first/);
  });

  it('does not run without a disk, nor where the project has no steadfetch', () => {
    expect(() => simulatorOf(folder, {...allowed, hasDisk: false})).to.throw(CliError, /needs Node/);
    expect(() => simulatorOf(dirname(folder), allowed)).to.throw(CliError, /npm install --save-dev steadfetch/);
  });
});
