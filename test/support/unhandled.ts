import {useEjection, useFixedBreakers, useModelEndpoints, useReadyPaths, useTranslate} from '../../src/features.ts';

// What a policy is told without them, test/features asks in processes of their own.
useFixedBreakers();
useReadyPaths();
useEjection();
useModelEndpoints();
useTranslate();

/**
 * An unhandled rejection ends a user's process, so it fails the current test. Mocha alone would ignore it.
 * Loaded before the tests, see the configuration of each suite.
 */
const fail = (reason: unknown): void => {
  throw reason;
};

/** Where files run in several processes, mocha removes every listener of a process after each file. */
export const mochaHooks = {
  beforeAll(): void {
    if (!process.listeners('unhandledRejection').includes(fail)) process.on('unhandledRejection', fail);
  },
};
