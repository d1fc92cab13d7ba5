/**
 * Coverage is that of the processes of tests alone: the 300 processes that tests start would write as many files, and take no branch more.
 * Mocha loads this also in the process that starts those of the tests, which hands the folder down.
 */
if (process.env.MOCHA_WORKER_ID !== undefined) delete process.env.NODE_V8_COVERAGE;
