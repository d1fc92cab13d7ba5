/**
 * What `npm test` prints: a line for each folder of tests when its last file is done, the sums, the time in seconds, and every failure
 * in full. `npm test -- --reporter spec` names each test.
 */
import {globSync} from 'node:fs';
import {relative, sep} from 'node:path';
import Mocha from 'mocha';

const Base: typeof Mocha.reporters.Base = Mocha.reporters.Base;
const {EVENT_SUITE_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END} = Mocha.Runner.constants;
const TESTS = new URL('..', import.meta.url).pathname;

/** The tests of one folder. */
interface Sum {
  /** Files of tests that have not ended. */
  readonly left: Set<string>;
  passed: number;
  failed: number;
  /** The sum of its tests, which run in several processes. */
  ms: number;
}

class SummaryReporter extends Base {
  readonly #sums = new Map<string, Sum>();
  #file: string | undefined;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const start = performance.now();
    let skipped = 0;
    runner.on(EVENT_SUITE_BEGIN, ({file}) => {
      if (file !== undefined) this.#enter(file);
    });
    runner.on(EVENT_TEST_PASS, test => this.#count(test, 'passed'));
    runner.on(EVENT_TEST_FAIL, test => this.#count(test, 'failed'));
    runner.on(EVENT_TEST_PENDING, () => void skipped++);
    runner.once(EVENT_RUN_END, () => {
      this.#leave();
      for (const [folder, sum] of this.#sums) print(folder, sum);
      const {passes = 0, failures = 0} = runner.stats ?? {};
      console.log(`\n  ${passes} passing (${seconds(performance.now() - start)})`);
      if (skipped > 0) console.log(`  ${skipped} pending`);
      if (failures > 0) console.log(`  ${failures} failing`);
      Base.list(this.failures);
    });
  }

  /** The events of one file come together, also where files run in several processes. */
  #enter(file: string): void {
    if (file === this.#file) return;
    this.#leave();
    this.#file = file;
  }

  /** Prints the line of a folder whose last file ends here. */
  #leave(): void {
    if (this.#file === undefined) return;
    const folder = folderOf(this.#file);
    const sum = this.#sumOf(folder);
    sum.left.delete(this.#file);
    this.#file = undefined;
    if (sum.left.size > 0) return;
    print(folder, sum);
    this.#sums.delete(folder);
  }

  /** A hook that fails belongs to its suite's file. */
  #count({file, parent, duration = 0}: Mocha.Runnable, result: 'passed' | 'failed'): void {
    const of = file ?? parent?.file ?? this.#file;
    if (of === undefined) return;
    const sum = this.#sumOf(folderOf(of));
    sum[result]++;
    sum.ms += duration;
  }

  #sumOf(folder: string): Sum {
    let sum = this.#sums.get(folder);
    if (sum === undefined) {
      // Files outside of the tests have no folder to be complete.
      const paths = folder === '..' ? [] : globSync(`{${folder}/**/*.test.ts,${folder}.test.ts}`, {cwd: TESTS});
      sum = {left: new Set(paths.map(path => TESTS + path)), passed: 0, failed: 0, ms: 0};
      this.#sums.set(folder, sum);
    }
    return sum;
  }
}

function print(folder: string, {passed, failed, ms}: Sum): void {
  if (passed + failed === 0) return;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  console.log(`  ${folder.padEnd(24)} ${String(passed).padStart(5)} passed${failures}  ${seconds(ms)}`);
}

/** The folder below `test`; of a file that stands in none its own name. */
const folderOf = (file: string): string => relative(TESTS, file).split(sep)[0]!.replace('.test.ts', '');

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

// Mocha loads a reporter by `require`, which gives this name alone.
export {SummaryReporter as 'module.exports'};
