/**
 * A rejection that nobody handles ends a user's process, so it fails the test that runs: mocha only passes it on, to nobody.
 * Loaded before the tests, see the configuration of each suite.
 */
process.on('unhandledRejection', reason => {
  throw reason;
});
