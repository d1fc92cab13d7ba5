import Mocha from 'mocha';

const {EVENT_RUN_END, EVENT_TEST_RETRY} = Mocha.Runner.constants;

/**
 * For suites that measure this machine, or drive programs that we did not write: a test that fails there runs once more, because a
 * machine that stops for a second fails it too. Which ones did, and why, is printed, and `.ci/run` shows it: one seen often is a defect.
 */
export default class RetryReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const retried: string[] = [];
    runner.on(EVENT_TEST_RETRY, (test, error) =>
      retried.push(`${test.fullTitle()}: ${error.message.split('\n', 1)[0]}`),
    );
    runner.on(EVENT_RUN_END, () => {
      for (const line of retried) console.log(`  retried: ${line}`);
    });
  }
}
