/** The playground as a driver of the linter: its worker, as the site ships it, in a browser. */
import type {Browser} from 'playwright-core';
import type {Fixture} from '../lint/drivers/fixtures.ts';
import {type PlainFinding, type ReportedFile, shownOf, suppressedText} from '../lint/drivers/shown.ts';
import {files, SiteServer} from './built.ts';

interface PlainReport {
  readonly findings: readonly PlainFinding[];
  readonly suppressed: readonly {readonly finding: PlainFinding; readonly by: string; readonly reason?: string}[];
}

/** Fixtures of one file: the playground has no other. */
export async function showByPlayground(
  fixtures: readonly Fixture[],
  today: string,
  browser: Browser,
): Promise<Map<string, ReportedFile>> {
  const server = new SiteServer();
  const page = await browser.newPage();
  try {
    await page.goto(`${await server.listen()}/playground/index.html`);
    const worker = files.find(file => /^playground\/lint-worker-\w+\.js$/.test(file))!;
    const jobs = fixtures.map(({path, text}) => ({path, text, today}));
    const replies = await page.evaluate(runJobs, {url: `/${worker}`, jobs});
    const reports = JSON.parse(replies) as PlainReport[];
    return new Map(
      fixtures.map(({path, text}, index) => [
        path,
        {
          findings: reports[index]!.findings.map(finding => shownOf(finding, text)),
          suppressed: reports[index]!.suppressed.map(({finding, by, reason}) => suppressedText(finding, by, reason)),
        },
      ]),
    );
  } finally {
    await page.close();
    server.close();
  }
}

/** Runs in the page. @returns The results as JSON, in the order of the jobs. */
async function runJobs({url, jobs}: {url: string; jobs: readonly object[]}): Promise<string> {
  const worker = new Worker(url, {type: 'module'});
  const results: unknown[] = [];
  let missing = jobs.length;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('error', ({message}) => reject(new Error(message)));
    worker.addEventListener('message', ({data}) => {
      if (data.error !== undefined) reject(new Error(data.error));
      results[data.id] = data.result;
      if (--missing === 0) resolve();
    });
    for (const [id, job] of jobs.entries()) worker.postMessage({id, job});
  });
  worker.terminate();
  return JSON.stringify(results);
}
