/** The command line and the language server show the same. test/site/drivers.test.ts adds the playground, and more texts. */
import {expect} from 'chai';
import {showByCommand} from './command.ts';
import {examples} from './fixtures.ts';
import {showByServer} from './server.ts';

const TODAY = '2026-11-24';

describe('the command line and the language server', () => {
  it('show the same findings and the same fixes in every example of every rule', async function () {
    this.timeout(120_000);
    const args = ['--preset', 'strict'];
    const byCommand = await showByCommand(examples, TODAY, args);
    const byServer = await showByServer(examples, TODAY, args);
    expect(examples).not.to.be.empty;
    for (const {path} of examples) {
      const {findings, fixed} = byCommand.get(path)!;
      expect(byServer.get(path), path).to.deep.equal({findings, fixed});
    }
  });
});
