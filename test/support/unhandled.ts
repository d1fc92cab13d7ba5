/**
 * An unhandled rejection ends a user's process, so it fails the current test. Mocha alone would ignore it.
 * Loaded before the tests, see the configuration of each suite.
 */
process.on('unhandledRejection', reason => {
  throw reason;
});
