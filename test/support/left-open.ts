/** A file of tests fails if it leaves a server, a socket or a process open. Mocha ends the processes of tests itself, so they would not be noticed. */

const LONGEST_MS = 2000;

/** What keeps the process alive, by its kind. Timers are left out: mocha has one for each hook, and undici one for all. */
function open(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (kind !== 'Timeout' && kind !== 'Immediate') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

let before: ReadonlyMap<string, number> | undefined;

const left = (): string[] =>
  [...open()].filter(([kind, count]) => count > (before?.get(kind) ?? 0)).map(([kind, count]) => `${count} ${kind}`);

export const mochaHooks = {
  beforeAll(): void {
    before ??= open();
  },
  async afterAll(): Promise<void> {
    const until = performance.now() + LONGEST_MS;
    while (left().length > 0 && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 10));
    if (left().length > 0) throw new Error(`The tests of this file leave open: ${left().join(', ')}.`);
  },
};
