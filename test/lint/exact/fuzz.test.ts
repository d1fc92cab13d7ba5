/** Files of proxies, workflows and gRPC with lines and characters removed, doubled and exchanged: nothing throws, nothing points outside, and no file takes long. */

import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import fc from 'fast-check';
import {fixText} from '../../../lint/fix.ts';
import {Lines} from '../../../lint/source/lines.ts';
import {runs} from '../../support/runs.ts';
import {whenInTurn} from '../../support/turns.ts';
import {ofProcessor} from './of-processor.ts';

const folder = new URL('../judged-mesh/', import.meta.url);
const seeds = readdirSync(folder)
  .filter(name => name !== 'judgements.json')
  .map(name => ({name, text: readFileSync(new URL(name, folder), 'utf8')}));

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
  unit: fc.constantFrom('\n', '', ' ', ','),
  change: fc.constantFrom<Change>('delete', 'double', 'swap'),
  at: fc.double({min: 0, max: 1, noNaN: true}),
});

const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, {minLength: 1, maxLength: 8}))
  .map(([{name, text}, mutations]) => ({
    name,
    text: mutations.reduce((before, {unit, change, at}) => changed(before.split(unit), change, at).join(unit), text),
  }));

/** Ten thousand in test/endurance. */
const cases = Number(process.env.FUZZ_CASES ?? runs(200, 1000));

/** Of the processor, in ms. A file takes a few; the first one also pays for the compilation of the linter. */
const LIMIT_MS = 250;

describe('a file of an exact format, however broken,', function () {
  this.timeout(600_000);
  const run = (path: string, text: string) => fixText({path, files: {[path]: text}}, {unsafe: true});

  before(async () => {
    for (const {name, text} of seeds) await run(name, text);
  });

  it('is linted and mended without an exception, within its text, in little time', async () => {
    await fc.assert(
      fc.asyncProperty(
        mutated,
        whenInTurn(async ({name, text}) => {
          let result: Awaited<ReturnType<typeof run>> | undefined;
          const ms = await ofProcessor(async () => {
            result = await run(name, text);
          });
          expect(ms, 'ms of the processor').to.be.below(LIMIT_MS);
          const {report, text: mended} = result!;
          const lines = new Lines(mended);
          for (const {code, range} of report.findings)
            for (const {line, column} of [range.start, range.end]) {
              expect(line, code).to.be.within(1, lines.count);
              expect(column, code).to.be.within(1, lines.lineText(line).length + 3);
            }
          const again = await run(name, mended);
          expect(again.text).to.equal(mended);
        }),
      ),
      {numRuns: cases, seed: 11},
    );
  });
});
