/** The output in docs/guides/planning.md is what its commands print. UPDATE_DOCS=1 writes it. */

import {execFile} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';

const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/guides/planning.md');
const RUN = /```sh\nsteadfetch ([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g;

/** A plan that is not reached exits with 1, and prints all the same. */
const printed = (args: readonly string[]): Promise<string> =>
  new Promise(resolve => {
    const program = join(root, 'src/cli/main.ts');
    execFile(process.execPath, ['--no-warnings', program, ...args], (_error, stdout) => resolve(stdout));
  });

describe('the guide to planning', () => {
  it('shows what its commands print', async () => {
    let text = readFileSync(page, 'utf8');
    const runs = [...text.matchAll(RUN)];
    expect(runs).to.have.length(2);
    for (const [block, command, shown] of runs) {
      const output = await printed(command!.replaceAll('\\\n', ' ').trim().split(/\s+/));
      if (process.env.UPDATE_DOCS)
        text = text.replace(block, () => block.replace(`text\n${shown}`, () => `text\n${output}`));
      else expect(output).to.equal(shown);
    }
    if (process.env.UPDATE_DOCS) writeFileSync(page, text);
  }).timeout(60_000);
});
