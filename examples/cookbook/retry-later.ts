/**
 * Schedule a rate-limited call for later
 *
 * The client waits for `Retry-After` up to `retryAfter.maxMs`. A longer hint ends the call at once; the report has its length.
 */
import {createFetch, reportOf} from '../../src/fetch.ts';

const fetch = createFetch({name: 'reports', retryAfter: {maxMs: 5000}});

/** @returns The report, or the milliseconds after which to ask again. */
export async function readReport(url: string): Promise<{readonly text: string} | {readonly againInMs: number}> {
  const response = await fetch(url);
  if (response.ok) return {text: await response.text()};
  const report = reportOf(response);
  if (report?.refusal === 'hint-too-long') return {againInMs: report.retryAfterMs ?? 60_000};
  throw new Error(`No report: ${response.status}, ${report?.reason}`);
}
