/** Configurations of LiteLLM with lines and characters removed, doubled and exchanged: nothing throws, nothing points outside, and no file takes long. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import fc from 'fast-check';
import {litellm} from '../../lint/dialects/litellm/litellm.ts';
import {fixText} from '../../lint/fix.ts';
import {Lines} from '../../lint/source/lines.ts';
import {runs} from '../support/runs.ts';
import {whenInTurn} from '../support/turns.ts';

const folder = new URL('judged-litellm/', import.meta.url);
const seeds = readdirSync(folder)
  .filter(name => name.endsWith('.yaml'))
  .map(name => readFileSync(new URL(name, folder), 'utf8'));

type Change = 'delete' | 'double' | 'swap';

/** At one place of a list. */
function changed<T>(list: readonly T[], change: Change, at: number): T[] {
  const index = Math.min(list.length - 1, Math.floor(at * list.length));
  const [item, next] = [list[index]!, list[index + 1]];
  if (list.length === 0 || (change === 'swap' && next === undefined)) return [...list];
  if (change === 'delete') return list.toSpliced(index, 1);
  return change === 'double' ? list.toSpliced(index, 0, item) : list.toSpliced(index, 2, next!, item);
}

const mutation = fc.record({
  unit: fc.constantFrom('\n', ''),
  change: fc.constantFrom<Change>('delete', 'double', 'swap'),
  at: fc.double({min: 0, max: 1, noNaN: true}),
});

const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, {minLength: 1, maxLength: 8}))
  .map(([seed, mutations]) =>
    mutations.reduce((text, {unit, change, at}) => changed(text.split(unit), change, at).join(unit), seed),
  );

/** Two thousand in test/endurance. */
const cases = Number(process.env.FUZZ_CASES ?? runs(150, 600));

/** Of the processor, in ms. A file takes a few; the first one also pays for the compilation of the linter. */
const LIMIT_MS = 200;

describe('a configuration of LiteLLM, however broken,', function () {
  this.timeout(600_000);
  const path = 'config.yaml';
  const config = {dialects: [litellm]};
  const run = (text: string) => fixText({path, files: {[path]: text}, config}, {unsafe: true});

  before(async () => {
    for (const seed of seeds) await run(seed);
  });

  it('is linted and mended without an exception, within its text, in little time', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated,
        whenInTurn(async text => {
          const start = process.cpuUsage();
          const {report, text: mended} = await run(text);
          const {user, system} = process.cpuUsage(start);
          expect((user + system) / 1000, 'ms of the processor').to.be.below(LIMIT_MS);
          const lines = new Lines(mended);
          for (const {code, range} of report.findings)
            for (const {line, column} of [range.start, range.end]) {
              expect(line, code).to.be.within(1, lines.count);
              expect(column, code).to.be.within(1, lines.lineText(line).length + 3);
            }
          const again = await run(mended);
          expect(again.text).to.equal(mended);
        }),
      ),
      {numRuns: cases, seed: 9},
    );
  });
});
