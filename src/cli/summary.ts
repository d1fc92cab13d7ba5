/** What came of it, for people. */
import type {BatchReport} from '../batch/types.ts';

export interface SummaryFiles {
  readonly out: string;
  /** Undefined: nothing failed, and there is none. */
  readonly errors: string | undefined;
}

const count = (value: number): string => value.toLocaleString('en');

export function summary(report: BatchReport, total: number, {out, errors}: SummaryFiles): string {
  const {succeeded, failed, deduplicated, resumed, requests, resends, latencyMs, retryable} = report;
  const unsent = total - succeeded - failed;
  const rows: [string, string | false][] = [
    ['failed', failed > 0 && failedBy(report)],
    ['without result', unsent > 0 && `${count(unsent)}: ${whyUnsent(report)}`],
    ['duplicates', deduplicated > 0 && `${count(deduplicated)}, answered once; --no-dedupe sends each`],
    ['from journal', resumed > 0 && count(resumed)],
    ['requests', `${count(requests)}, ${count(resends)} of them resends${waits(report)}`],
    ['latency', requests > 0 && latency(latencyMs)],
    ['results', out],
    ['errors', errors ?? false],
  ];
  const width = Math.max(...rows.filter(([, text]) => text !== false).map(([name]) => name.length));
  const again = unsent + retryable;
  return [
    `steadfetch batch: ${count(succeeded)} of ${count(total)} succeeded, ${count(failed)} failed, in ${seconds(report.durationMs)}`,
    ...rows.flatMap(([name, text]) => (text === false ? [] : [`  ${name.padEnd(width)}  ${text}`])),
    ...(Object.keys(report.failedBy).some(why => why.endsWith('may-have-acted')) ? [ONCE] : []),
    ...(Object.keys(report.failedBy).some(why => /^30[12378]$/.test(why)) ? [REDIRECTED] : []),
    ...(again > 0 ? [`The same command with --resume sends the ${count(again)} for which that can help.`] : []),
    '',
  ].join('\n');
}

/** The most common question. */
const ONCE =
  'What the server may have acted on is not sent again. Where twice does no harm, put "idempotentMethods": ["POST"] into the\n' +
  'policy; where the server deduplicates by a key, "idempotency": {}.';

const REDIRECTED =
  'Redirects are not followed, so that headers and bodies reach no other server. If the address in the results is the right\n' +
  'one, put it into --url.';

const failedBy = ({failedBy: by}: BatchReport): string =>
  Object.entries(by)
    .map(([why, times]) => `${why} (${count(times)})`)
    .join('; ');

const whyUnsent = ({ended}: BatchReport): string =>
  ended === 'held' ? 'nothing could be sent any more' : 'the batch was stopped';

const waits = ({waitedMs, heldMs}: BatchReport): string =>
  (waitedMs >= 1 ? `; ${seconds(waitedMs)} of waits` : '') + (heldMs >= 1 ? `; held for ${seconds(heldMs)}` : '');

function latency({p50, p95, p99, max}: BatchReport['latencyMs']): string {
  return `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}`;
}

const ms = (value: number): string => (value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`);
const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
