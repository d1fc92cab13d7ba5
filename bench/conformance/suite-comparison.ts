/** Compares runs of another project's suite: as it is, and with steadfetch in the place of fetch. */
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';

export interface SuiteResult {
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

/** Why tests fail with steadfetch's fetch and pass without. */
export interface Reason {
  readonly cause: string;
  readonly tests: readonly string[];
}

/** By the name of the run; the first one is without steadfetch. */
export type Runs = readonly (readonly [name: string, result: SuiteResult])[];

export interface Comparison {
  readonly runs: readonly {readonly run: string; readonly passed: number; readonly of: number}[];
  readonly conflicts: readonly Reason[];
}

export function report(run: string, result: SuiteResult): readonly [string, SuiteResult] {
  console.log(`${run}: ${result.passed.size} of ${result.passed.size + result.failed.size}`);
  return [run, result];
}

/** Every failure that the first run does not have needs a reason, and every reason a failure; null, with the list on the console, if not. */
export function compareRuns([plain, ...ours]: Runs, reasons: readonly Reason[]): Comparison | null {
  const known = plain![1].failed;
  const failures = new Set(ours.flatMap(([, {failed}]) => [...failed].filter(title => !known.has(title))));
  const listed = new Set(reasons.flatMap(({tests}) => tests));
  const unlisted = [...failures].filter(title => !listed.has(title));
  const outdated = [...listed].filter(title => !failures.has(title));
  if (unlisted.length + outdated.length > 0) {
    const lines = ['Failures without a reason:', ...unlisted, 'Reasons without a failure:', ...outdated];
    console.error([...lines, 'Nothing is written.'].join('\n'));
    process.exitCode = 1;
    return null;
  }
  return {
    runs: [plain!, ...ours].map(([run, {passed, failed}]) => ({
      run,
      passed: passed.size,
      of: passed.size + failed.size,
    })),
    conflicts: reasons,
  };
}

/** A suite may have left the working directory for its checkout, where npx knows no Biome. */
export function writeResults(url: URL, results: unknown): void {
  const formatted = execFileSync('npx', ['@biomejs/biome', 'format', '--stdin-file-path=results.json'], {
    cwd: new URL('../..', import.meta.url),
    input: JSON.stringify(results, null, 2),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  writeFileSync(url, formatted);
}
