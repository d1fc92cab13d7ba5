/**
 * What a module of the tests cleans up after each test. A hook that it registers as it is loaded belongs to the file that loads it first: where
 * several files run in one process, the others would go without. Loaded before the tests, see the configuration of each suite.
 */
const cleanUps: (() => void | Promise<void>)[] = [];

export function afterEachTest(cleanUp: () => void | Promise<void>): void {
  cleanUps.push(cleanUp);
}

export const mochaHooks = {
  async afterEach(): Promise<void> {
    for (const cleanUp of cleanUps) await cleanUp();
  },
};
