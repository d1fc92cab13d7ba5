/** Rules of a workspace that is not trusted do not run, and nothing else of its configuration is lost. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {ConfigReader} from '../../../lint/config-file/read.ts';

/** No time passes. */
const wait = () => () => {};

describe('a configuration whose rules may not run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'retry-lint-trust-'));

  before(() => {
    writeFileSync(join(folder, 'rules.mjs'), 'globalThis.ranUntrusted = true;\nexport default [];\n');
    const config = {plugins: ['./rules.mjs'], rules: {RL203: 'off', 'acme-rule': 'error'}};
    writeFileSync(join(folder, '.retry-lintrc.json'), JSON.stringify(config));
  });
  after(() => rmSync(folder, {recursive: true}));

  it('applies without them, and their names are no mistakes', async () => {
    const loaded = await new ConfigReader({cwd: folder, loadRules: () => undefined, wait}).findFor(folder);
    expect(loaded?.plugins).to.deep.equal([]);
    expect(loaded?.file.rules).to.deep.equal({RL203: 'off', 'acme-rule': 'error'});
    expect(globalThis).not.to.have.property('ranUntrusted');
  });

  it('reports such names where rules run', async () => {
    let message = '';
    await new ConfigReader({cwd: folder, wait}).findFor(folder).catch((error: Error) => {
      message = error.message;
    });
    expect(message).to.match(/acme-rule.* is not a rule/);
  });
});
