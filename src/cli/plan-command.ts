/** `steadfetch plan`: from an objective and a model of the service to a retry policy. */

import {createReadStream, lstatSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {systemClock} from '../core/system-clock.ts';
import {PlanInputError} from '../plan/input-error.ts';
import {boundedService} from '../plan/measurements/bound.ts';
import {serviceOf} from '../plan/measurements/measurements.ts';
import {readMeasurements} from '../plan/measurements/read.ts';
import {confirmedPlan} from '../plan/plan.ts';
import type {PlanRequest, ServiceModel} from '../plan/request.ts';
import {search} from '../plan/search.ts';
import {defaultSpace} from '../plan/space.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {writePage} from './page-file.ts';
import {type PlanArguments, readPlanArguments} from './plan-arguments.ts';
import type {MeasuredSource} from './plan-facts.ts';
import {planJson} from './plan-json.ts';
import {planReport} from './plan-report.ts';
import {progressOn} from './progress.ts';
import {ReadingProgress} from './reading-progress.ts';
import {UsageError} from './usage-error.ts';
import {writeNewFile} from './write-file.ts';

/** @returns The exit code: 0 a plan meets the objective, 1 none does. @throws UsageError */
export async function planCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  try {
    const options = readPlanArguments(args);
    if (typeof options === 'string') return answer(options, SPECS.plan, process.stdout);
    return await runPlan(options, process);
  } catch (error) {
    throw error instanceof PlanInputError ? new UsageError(error.message) : error;
  }
}

async function runPlan(options: PlanArguments, process: NodeJS.Process): Promise<number> {
  const {out, json, html} = options;
  if (out !== undefined && out !== '-' && lstatSync(out, {throwIfNoEntry: false}) !== undefined)
    throw new UsageError(`${out} exists. Name another file, or remove it first.`);
  const measured = await measure(options, process);
  const service = measured === undefined ? undefined : serviceOf(measured.measurements);
  const count = measured?.measurements.count ?? 0;
  const request = requestOf(options, service && boundedService(service, count));
  const result = await interruptible(process, signal => confirmedPlan(request, signal));
  // A plan that only the simulator refutes needs no more attempts.
  const needed =
    service && result.policy === null && result.infeasible !== null
      ? neededAttempts(options, service, count)
      : undefined;
  const facts = {request, result, measured, needed, out: result.policy === null ? undefined : out};
  const policy = `${JSON.stringify(result.policy, null, 2)}\n`;
  if (result.policy !== null && out !== undefined && out !== '-') writeNewFile(out, policy);
  // The charts are loaded by those only who want a page.
  const page = html === undefined ? '' : (await import('./plan-page.ts')).planPage(facts);
  if (json) process.stdout.write(`${JSON.stringify(planJson(facts), null, 2)}\n`);
  else if (html === '-') process.stdout.write(page);
  else (out === '-' ? process.stderr : process.stdout).write(planReport(facts));
  if (out === '-' && result.policy !== null) process.stdout.write(policy);
  writePage(html, page);
  return result.policy === null ? 1 : 0;
}

/** Ctrl-C ends the reading, and the plan is made of what was read. */
async function measure(
  {measurements: file, quiet}: PlanArguments,
  process: NodeJS.Process,
): Promise<MeasuredSource | undefined> {
  if (file === undefined) return undefined;
  const isStandard = file === '-';
  const name = isStandard ? 'standard input' : file;
  const input = isStandard ? process.stdin : createReadStream(file);
  const read = new ReadingProgress([file]);
  const progress = read.isKnown && !quiet ? progressOn(process.stderr, 'steadfetch plan', read, systemClock) : null;
  return interruptible(process, async signal => {
    signal.addEventListener('abort', () => input.destroy());
    try {
      const measurements = await readMeasurements(textOf(input, signal, read), name);
      return {name, measurements, isInterrupted: signal.aborted};
    } catch (error) {
      throw isSystemError(error) ? new UsageError(`${name} ${whyUnreadable(error)}.`) : error;
    }
  }).finally(() => progress?.end());
}

/** Ends at an interrupt, also where no text comes. */
async function* textOf(input: Readable, signal: AbortSignal, read: ReadingProgress): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      read.bytes += chunk.length;
      decoder ??= new TextDecoder(encodingOf(chunk));
      yield decoder.decode(chunk, {stream: true});
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  yield decoder?.decode() ?? '';
}

/** By the byte order mark that spreadsheets and PowerShell write before UTF-16. */
function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  (error as NodeJS.ErrnoException).syscall !== undefined;

/** Ctrl-C aborts the signal once; a second Ctrl-C ends the process. */
async function interruptible<T>(process: NodeJS.Process, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function whyUnreadable({code}: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EISDIR' ? 'is a directory; name a file' : `cannot be read (${code})`;
}

/** What the options state wins over what was measured. @param service Of the measurements. */
function requestOf(options: PlanArguments, service: ServiceModel | undefined): PlanRequest {
  const {objective, call, service: stated} = options;
  const {latency, quantiles} = stated.latency ?? service!;
  const most = Math.floor(objective.maxAmplification / objective.otherAttempts);
  return {
    objective,
    call,
    service: {
      latency,
      quantiles,
      failures: stated.failures ?? service?.failures ?? [],
      hangRatio: stated.hangRatio ?? service?.hangRatio ?? 0,
    },
    space: {...defaultSpace(latency, objective.deadlineMs, most), ...options.space},
  };
}

/** More attempts than these are not asked for. */
const MOST_ATTEMPTS = 1e6;

/**
 * How many measured attempts the objective needs, if they go on as they did.
 *
 * @returns Undefined where even the measured shares do not meet it; Infinity above a million.
 */
function neededAttempts(options: PlanArguments, service: ServiceModel, count: number): number | undefined {
  const meets = (judged: ServiceModel): boolean => {
    const {space, ...request} = requestOf(options, judged);
    return search({...request, space: {...space, jitters: space.jitters.slice(0, 1)}}).feasible.length > 0;
  };
  if (!meets(service)) return undefined;
  for (let needed = 2 * count; needed <= MOST_ATTEMPTS; needed *= 2)
    if (meets(boundedService(service, needed))) return needed;
  return Number.POSITIVE_INFINITY;
}
