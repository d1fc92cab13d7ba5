/** `steadfetch measure`: the same requests through plain fetch and through a policy, side by side. */

import {systemRandom} from '../core/random.ts';
import {systemClock} from '../core/system-clock.ts';
import {handleOf} from '../features/everything.ts';
import type {Measurement} from '../measure/measurement.ts';
import {type MeasurementRun, Pace, runMeasurement} from '../measure/run-measurement.ts';
import {plainSide, policySide, type Side} from '../measure/sides.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {LinesFile} from './lines-file.ts';
import {type MeasureArguments, readMeasureArguments} from './measure-arguments.ts';
import {readTarget} from './measure-target.ts';
import {measureText} from './measure-text.ts';
import {writePage} from './page-file.ts';
import {readPolicyInput} from './policy-input.ts';
import {type Progress, progressOn, QUIETLY} from './progress.ts';
import {duration} from './progress-line.ts';
import {ProgressState} from './progress-state.ts';

/** @returns The exit code: 0 measured, 1 stopped before the end. @throws UsageError, SteadfetchError, OutputError */
export async function measureCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readMeasureArguments(args, process.env);
  if (typeof options === 'string') return answer(options, SPECS.measure, process.stdout);
  const policy = options.policy === undefined ? handleOf({}) : handleOf(await readPolicyInput(options.policy));
  const {name, requests} = await readTarget(options);
  const {count, ratePerSecond, timeoutMs} = options;
  const lasts = duration((2000 * count) / ratePerSecond);
  const stderr = options.quiet ? QUIETLY : process.stderr;
  stderr.write(
    `steadfetch measure: ${number(count)} calls of each side, ${ratePerSecond} a second in all, about ${lasts}\n`,
  );
  const pace = new Pace(systemClock, ratePerSecond);
  const ports = {
    // Read at each send, as the policy's own default is.
    fetch: (input: string | URL | Request, init?: RequestInit) => fetch(input, init),
    clock: systemClock,
    random: systemRandom,
    onExtraAttempt: () => pace.add(),
  };
  const state = new ProgressState(systemClock, 2 * count);
  const progress = progressOn(stderr, 'steadfetch measure', state, systemClock);
  try {
    const measurement = await runMeasurement(
      {target: name, policyName: policy.policy.name, count, ratePerSecond, timeoutMs, requests},
      {
        plain: watched(plainSide(ports, timeoutMs), state),
        policy: watched(policySide(policy, ports, timeoutMs), state),
        warmUp: [plainSide(ports, timeoutMs), policySide(policy, ports, timeoutMs)],
        pace,
        clock: systemClock,
        random: systemRandom,
        onEnd: counterOf(state),
        ...stoppedBy(process, state, progress),
      },
    );
    progress.end();
    await report(measurement, options, process);
    return measurement.isComplete ? 0 : 1;
  } finally {
    progress.end();
  }
}

const number = (value: number): string => value.toLocaleString('en');

const watched = (side: Side, state: ProgressState): Side => ({
  attempts: side.attempts,
  send: (request, signal) => state.watch(() => side.send(request, signal)),
});

function counterOf(state: ProgressState): NonNullable<MeasurementRun['onEnd']> {
  let finished = 0;
  let failed = 0;
  return end => {
    finished++;
    if (!end.ok) failed++;
    state.endAttempt(end.failure ?? 'success');
    state.finish({finished, failed});
  };
}

/** After the first signal the calls in flight end, the second one cuts them off, and the third one ends the process. */
function stoppedBy(
  process: NodeJS.Process,
  state: ProgressState,
  progress: Progress,
): Pick<MeasurementRun, 'stop' | 'cut'> {
  const stop = new AbortController();
  const cut = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (cut.signal.aborted) process.exit(1);
      if (stop.signal.aborted) return cut.abort();
      state.drain();
      progress.say('stopped: waiting for the calls in flight; Ctrl-C again does not wait');
      stop.abort();
    });
  }
  return {stop: stop.signal, cut: cut.signal};
}

/** The charts are loaded by those only who want a page. @throws OutputError where the reader of a pipe has closed it. */
async function report(
  measurement: Measurement,
  {json, html}: MeasureArguments,
  process: NodeJS.Process,
): Promise<void> {
  const output = new LinesFile({place: {name: 'standard output', fd: 1}, isFile: false}, process);
  const page = html === undefined ? '' : (await import('./measure-page.ts')).measurementPage(measurement);
  if (json) await output.write(`${JSON.stringify(measurement)}\n`);
  else await output.write(html === '-' ? page : measureText(measurement));
  await output.close();
  writePage(html, page);
}
