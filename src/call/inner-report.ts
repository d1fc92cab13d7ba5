/**
 * A client of ours inside `send`: it has decided about its call already, and a batch that retried on top would multiply the attempts.
 *
 * A client whose policy allows one attempt is different: there the batch makes the retries.
 */
import {isObject} from '../core/unknown-value.ts';
import {type CallReport, reportOf} from './report.ts';

const innerReports = new WeakMap<object, CallReport>();
/** Errors that ended a call of a batch. If `send` throws one again, its report is the batch's own and not that of an inner client. */
const own = new WeakSet<object>();

/** Call it when `send` has thrown or answered; later the report is that of the batch. */
export function noteInner(said: unknown): void {
  if (typeof said !== 'object' || said === null || own.has(said)) return;
  const report = reportOf(said);
  if (report === undefined || (report.refusal === 'attempts-exhausted' && report.attempts === 1)) return;
  innerReports.set(said, report);
}

export function noteOwn(error: unknown): void {
  if (isObject(error)) own.add(error);
}

/** The report of an inner client about a failure. */
export function innerReport(said: unknown): CallReport | undefined {
  return isObject(said) ? innerReports.get(said) : undefined;
}
