/** One linter, three drivers: the command line, the language server and the playground show the same of every fixture. */
import {expect} from 'chai';
import type {Browser} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {showByCommand} from '../lint/drivers/command.ts';
import {fixtures} from '../lint/drivers/fixtures.ts';
import {showByServer} from '../lint/drivers/server.ts';
import type {FixedFile, ReportedFile} from '../lint/drivers/shown.ts';
import {showByPlayground} from './playground-findings.ts';

const TODAY = '2026-11-24';

describe('the findings of every fixture', () => {
  let byCommand: Map<string, FixedFile & ReportedFile>;

  before(async () => {
    byCommand = await showByCommand(fixtures, TODAY, []);
  });

  it('are many, with fixes of both kinds, in JSON and YAML', () => {
    const shown = [...byCommand.values()].flatMap(({findings}) => findings);
    expect(shown).to.have.length.above(1000);
    const fixes = Object.groupBy(
      shown.flatMap(finding => finding.fixes),
      ({safety}) => safety,
    );
    expect(fixes.safe).to.have.length.above(30);
    expect(fixes.unsafe).to.have.length.above(500);
    expect(fixtures.filter(({path}) => path.endsWith('.yaml'))).to.have.length.above(100);
  });

  it('are the same in the language server', async () => {
    const byServer = await showByServer(fixtures, TODAY, []);
    expect(fixtures).not.to.be.empty;
    for (const {path} of fixtures) {
      const {findings, fixed} = byCommand.get(path)!;
      expect(byServer.get(path), path).to.deep.equal({findings, fixed});
    }
  });

  it('are the same in the playground', async function () {
    const browser: Browser | undefined = await launchChromium();
    if (browser === undefined) {
      console.log('      skipped: no chromium');
      return this.skip();
    }
    try {
      const single = fixtures.filter(({files}) => Object.keys(files).length === 0);
      const byPlayground = await showByPlayground(single, TODAY, browser);
      // The playground shows each fix by itself, and has no command for all of them.
      expect(single).not.to.be.empty;
      for (const {path} of single) {
        const {findings, suppressed} = byCommand.get(path)!;
        expect(byPlayground.get(path), path).to.deep.equal({findings, suppressed});
      }
    } finally {
      await browser.close();
    }
  });
});
