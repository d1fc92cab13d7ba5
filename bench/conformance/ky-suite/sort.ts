/** Every failure by its cause: by what another run shows, or else by what was found out and written down. */
import {reasons} from './reasons.ts';
import {ALONE, DEFAULT, FRESH, MIRRORED, NEUTRAL, type Run} from './runs.ts';
import type {Result} from './suite.ts';

export interface Conflict {
  readonly cause: string;
  readonly tests: readonly string[];
}

export interface Sorted {
  readonly conflicts: readonly Conflict[];
  /** Failures of no known cause. */
  readonly unsorted: readonly string[];
}

export function sortFailures(results: ReadonlyMap<Run, Result>): Sorted {
  const failed = (run: Run): ReadonlySet<string> => results.get(run)!.failed;
  const passes = (run: Run) => (title: string) => results.get(run)!.passed.has(title);
  const left = new Set([ALONE, NEUTRAL, DEFAULT].flatMap(run => [...failed(run)]));
  const conflicts: Conflict[] = [];
  const take = (cause: string, isOfIt: (title: string) => boolean): void => {
    const tests = [...left].filter(isOfIt).sort();
    if (tests.length > 0) conflicts.push({cause, tests});
    for (const title of tests) left.delete(title);
  };
  for (const {cause, tests} of reasons) take(cause, title => tests.includes(title));
  // A busy machine fails ky's tests of time with ky alone, and then no other run says why.
  const alone = [...left].filter(title => failed(ALONE).has(title));
  for (const title of alone) left.delete(title);
  take(
    `Shared guards: the tests of a file call the same origin (most https://example.com), so a breaker that one of them opened, or a budget that it spent, refuses the next one's retries. They pass ${FRESH.name}.`,
    passes(FRESH),
  );
  take(
    `ky's own numbers: the test asserts ky's waits, its statuses (413 with Retry-After), its Retry-After without a limit, or that a timeout is not retried. They pass ${MIRRORED.name}.`,
    passes(MIRRORED),
  );
  return {conflicts, unsorted: [...alone, ...left].sort()};
}
