/** The summary of a run, for people. */
import type {BatchReport} from '../batch/types.ts';
import {ALLOW} from './dry-run.ts';
import type {BatchFiles} from './files.ts';
import {plain} from './progress-line.ts';

export interface SummaryFiles extends Pick<BatchFiles, 'out' | 'journal'> {
  /** The file of the failed requests; undefined if no request failed, or if there is no such file. */
  readonly failed: string | undefined;
  /** The reason of one failure for each code. */
  readonly said: ReadonlyMap<string, string>;
}

export const count = (value: number): string => value.toLocaleString('en');

/** @param heldMs Time in which no request could be sent, by the clock on the wall. */
export function summary(report: BatchReport, total: number, files: SummaryFiles, heldMs: number): string {
  const {succeeded, failed, deduplicated, resumed, reopened, requests, latencyMs} = report;
  const unsent = total - succeeded - failed;
  const rows: Row[] = [
    ...failedBy(report, files.said),
    ['without result', unsent > 0 && `${count(unsent)}: ${whyUnsent(report)}`],
    ['duplicates', deduplicated > 0 && `${count(deduplicated)}, answered once; --no-dedupe sends each`],
    ['from journal', resumed > 0 && count(resumed)],
    ['sent again', reopened > 0 && `${count(reopened)} that failed in an earlier run`],
    ['requests', `${count(requests)}${retriesText(report)}`],
    ['by endpoint', byEndpoint(report)],
    ['held', heldMs >= 1000 && `${seconds(heldMs)} without a request`],
    ['latency', requests > 0 && latency(latencyMs)],
    ['results', files.out.place.name],
    ['failed requests', files.failed ?? false],
  ];
  const headline = `steadfetch batch: ${count(succeeded)} of ${count(total)} succeeded, ${count(failed)} failed, in ${seconds(report.durationMs)}`;
  return table(headline, rows, advice(report, unsent, files));
}

/** A fact and its name; false where there is nothing to say. */
export type Row = readonly [name: string, text: string | false];

/** A headline, facts below it, and what to do. */
export function table(headline: string, rows: readonly Row[], advice: readonly string[]): string {
  const width = Math.max(0, ...rows.filter(([, text]) => text !== false).map(([name]) => name.length));
  const lines = rows.flatMap(([name, text]) => (text === false ? [] : [`  ${name.padEnd(width)}  ${text}`]));
  return [headline, ...lines, ...advice, ''].join('\n');
}

/** One a line: a list of all may be longer than a terminal is wide. */
export function failedBy({failedBy: by}: BatchReport, said: ReadonlyMap<string, string>): Row[] {
  const lines = Object.entries(by).flatMap(([why, times]) => {
    const reason = said.get(why);
    // A status or a code of Node needs no explanation.
    const isKnown = reason === undefined || /^(?:\d+|E[A-Z]+)\b/.test(why);
    return [`${why} (${count(times)})`, ...(isKnown ? [] : [`  such as ${plain(reason)}`])];
  });
  return lines.map((line, index) => [index === 0 ? 'failed' : '', line]);
}

function byEndpoint({requestsByEndpoint}: BatchReport): string | false {
  const counts = Object.entries(requestsByEndpoint);
  return counts.length > 0 && counts.map(([name, requests]) => `${name} ${count(requests)}`).join(', ');
}

/** The average wait. The sum would be misleading, because waits of parallel requests overlap. */
export const retriesText = ({retries, waitedMs}: BatchReport): string =>
  retries === 0 ? '' : `, ${count(retries)} of them retries, after ${ms(waitedMs / retries)} on average`;

function advice({failedBy: by, failed, retryable}: BatchReport, unsent: number, {journal}: SummaryFiles): string[] {
  const reasons = Object.keys(by);
  const again = unsent + retryable;
  const final = failed - retryable;
  const lines: string[] = [];
  if (reasons.some(why => why.endsWith('may-have-acted'))) lines.push(...ONCE);
  if (reasons.some(why => /paid-(?:timeout|attempts-exhausted)$/.test(why))) lines.push(...PAID);
  if (reasons.some(why => /^30[12378]$/.test(why))) lines.push(...REDIRECTED);
  if (again + final === 0) return lines;
  if (journal === undefined)
    return [...lines, 'Without a journal the run cannot be resumed: --journal <file> keeps one.'];
  if (again > 0) lines.push(`The same command with --resume sends the ${count(again)} for which that can help.`);
  if (final > 0) lines.push(`--retry-failed sends all failed requests again (${count(failed)}).`);
  return lines;
}

/** The most common question. */
export const MAY_HAVE_ACTED = 'The server may have acted on a failed POST, so it is not sent again.';

const ONCE = [
  MAY_HAVE_ACTED,
  ...ALLOW,
  'The first lets --resume send these requests. The second works from the first',
  'send on: what was sent without a key, only --retry-failed sends again.',
];

const PAID = [
  'The server may have worked for a failed request, and may charge for it again, so',
  '--resume does not send it. It does if the policy has "paid": null.',
];

const REDIRECTED = [
  'Redirects are not followed, so that headers and bodies reach no other server.',
  'If the address in the results is the right one, put it into --url.',
];

const whyUnsent = ({ended}: BatchReport): string =>
  ended === 'held' ? 'nothing could be sent any more' : 'the batch was stopped';

export function latency({p50, p95, p99, max}: BatchReport['latencyMs']): string {
  return `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}`;
}

const ms = (value: number): string => (value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`);
export const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
