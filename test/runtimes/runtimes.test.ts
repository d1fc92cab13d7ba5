/**
 * One list of cases, in every runtime that the package promises, against a real server: `npm run test:runtimes`.
 *
 * What is not at hand is skipped, and said: Chromium is looked for, Bun and Deno are installed from a registry.
 */
import type {World} from './case.ts';
import {names} from './cases/all.ts';
import {hosts} from './hosts.ts';
import {ScriptServer} from './server.ts';

describe('runtimes', () => {
  const [home, other, closed] = [new ScriptServer(), new ScriptServer(), new ScriptServer()];
  let world: World;

  before(async () => {
    const nowhere = await closed.listen();
    closed.close();
    home.page = '<!doctype html><title>steadfetch</title>';
    world = {here: await home.listen(), there: await other.listen(), nowhere};
  });

  after(() => {
    home.close();
    other.close();
  });

  for (const host of hosts)
    describe(host.name, () => {
      let missing: string | undefined;

      before(async () => {
        missing = await host.start(world);
        if (missing !== undefined) console.log(`      skipped: ${missing}`);
      });

      after(() => host.stop());

      for (const name of names(host.isBrowser))
        it(name, async function () {
          if (missing !== undefined) return this.skip();
          const problem = await host.run(name, world);
          if (problem !== undefined) throw new Error(problem);
        });
    });
});
