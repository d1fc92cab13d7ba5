/**
 * Coverage is that of the processes of tests alone: the 300 processes that tests start would write as many files, and take no branch more. So they may
 * take their modules from the cache, in which those of the tests do not look: V8's coverage is less exact for them.
 * Mocha loads this also in the process that starts those of the tests, which hands the folder down.
 */
if (process.env.MOCHA_WORKER_ID !== undefined && process.env.NODE_V8_COVERAGE !== undefined) {
  delete process.env.NODE_V8_COVERAGE;
  const {TEST_COMPILE_CACHE} = process.env;
  if (TEST_COMPILE_CACHE !== undefined) process.env.NODE_COMPILE_CACHE = TEST_COMPILE_CACHE;
}
