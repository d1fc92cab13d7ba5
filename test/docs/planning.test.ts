/** The output in docs/guides/planning.md is what its commands print. UPDATE_DOCS=1 writes it. */

import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {Workplace} from '../cli/running.ts';

const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/guides/planning.md');
const RUN = /```sh\nnpx steadfetch ([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g;

describe('the guide to planning', () => {
  const place = new Workplace();
  after(() => place.remove());

  it('shows what its commands print', async () => {
    let text = readFileSync(page, 'utf8');
    const runs = [...text.matchAll(RUN)];
    expect(runs).to.have.length(2);
    for (const [block, command, shown] of runs) {
      // A plan that is not reached exits with 1, and prints all the same.
      const {stdout: output} = await place.call(command!.replaceAll('\\\n', ' ').trim().split(/\s+/));
      if (process.env.UPDATE_DOCS)
        text = text.replace(block, () => block.replace(`text\n${shown}`, () => `text\n${output}`));
      else expect(output).to.equal(shown);
    }
    if (process.env.UPDATE_DOCS) writeFileSync(page, text);
  }).timeout(60_000);
});
