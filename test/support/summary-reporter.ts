/**
 * What `npm test` prints: a line for each folder of tests when it is done, the suites that it leaves out, the sums, the time in seconds, and
 * every failure in full.
 * `npm test -- --reporter spec` names each test.
 */
import {relative, sep} from 'node:path';
import Mocha from 'mocha';
import {suiteLines} from './other-suites.ts';

const Base: typeof Mocha.reporters.Base = Mocha.reporters.Base;
const {EVENT_SUITE_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_RUN_END} = Mocha.Runner.constants;
const TESTS = new URL('..', import.meta.url).pathname;

class SummaryReporter extends Base {
  #folder = '';
  #passed = 0;
  #failed = 0;
  #startedAt = performance.now();

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const start = performance.now();
    let skipped = 0;
    runner.on(EVENT_SUITE_BEGIN, ({file}) => {
      if (file !== undefined) this.#enter(folderOf(file));
    });
    runner.on(EVENT_TEST_PASS, () => void this.#passed++);
    runner.on(EVENT_TEST_FAIL, () => void this.#failed++);
    runner.on(EVENT_TEST_PENDING, () => void skipped++);
    runner.once(EVENT_RUN_END, () => {
      this.#enter('');
      console.log(`\n${suiteLines().join('\n')}`);
      const {passes = 0, failures = 0} = runner.stats ?? {};
      console.log(`\n  ${passes} passing (${seconds(performance.now() - start)})`);
      if (skipped > 0) console.log(`  ${skipped} pending`);
      if (failures > 0) console.log(`  ${failures} failing`);
      Base.list(this.failures);
    });
  }

  /** Prints the line of the folder that ends here. Files come folder by folder. */
  #enter(folder: string): void {
    if (folder === this.#folder) return;
    if (this.#folder !== '') {
      const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
      const took = seconds(performance.now() - this.#startedAt);
      console.log(`  ${this.#folder.padEnd(24)} ${String(this.#passed).padStart(5)} passed${failed}  ${took}`);
    }
    this.#folder = folder;
    this.#passed = 0;
    this.#failed = 0;
    this.#startedAt = performance.now();
  }
}

/** The folder below `test`; of a file that stands in none its own name. */
const folderOf = (file: string): string => relative(TESTS, file).split(sep)[0]!.replace('.test.ts', '');

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

// Mocha loads a reporter by `require`, which gives this name alone.
export {SummaryReporter as 'module.exports'};
