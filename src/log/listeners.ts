/** Listeners that write a line for each attempt, for those who want to read a log and not to make one. */
import type {BreakerChangedEvent, Listener} from '../core/events.ts';
import {type AttemptLine, attemptLines} from './attempt-lines.ts';

/** pino, or whatever takes fields and a message as pino does. */
export interface FieldLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * A listener for `on` that tells pino: fields `correlationId`, `policy`, `method`, `url`, `attempt`, `kind`, `status`, `error`,
 * `latencyMs`, `waitMs`, `outcome`, `reason`, as far as they are known. Calls that failed, and breakers that change, are warnings.
 *
 * @example
 * createFetch(policy, {on: logToPino(pino())});
 */
export function logToPino(logger: FieldLogger): Listener {
  return listener(
    (line, isWarning) => {
      if (isWarning) logger.warn(line, sentence(line));
      else logger.info(line, sentence(line));
    },
    ({guarded, from, to}) => logger.warn({breaker: guarded, from, to}, breakerSentence(guarded, to)),
  );
}

/**
 * A listener for `on` that writes lines of text: `info` for attempts, `warn` for calls that failed and for breakers that change.
 *
 * @param to Default: the console.
 *
 * @example
 * createFetch(policy, {on: logToConsole()});
 * // b3e9-1  GET https://shop.example/items/1  attempt 1  503  12 ms  again in 153 ms
 */
export function logToConsole(to: Pick<Console, 'info' | 'warn'> = console): Listener {
  return listener(
    (line, isWarning) => {
      const text = oneLine([line.correlationId ?? '-', what(line), sentence(line)].join('  '));
      if (isWarning) to.warn(text);
      else to.info(text);
    },
    ({guarded, to: state}) => to.warn(oneLine(breakerSentence(guarded, state))),
  );
}

function listener(
  write: (line: AttemptLine, isWarning: boolean) => void,
  breakerChanged: (event: BreakerChangedEvent) => void,
): Listener {
  const lines = attemptLines(line => write(line, hasFailed(line)));
  return event => {
    if (event.type === 'breaker.changed') breakerChanged(event);
    else lines(event);
  };
}

/** The URL of a gRPC call ends in its method. */
const what = ({method, url}: AttemptLine): string => (url.endsWith(`/${method}`) ? url : `${method} ${url}`);

const hasFailed = ({outcome}: AttemptLine): boolean =>
  outcome !== undefined && outcome !== 'success' && outcome !== 'cancelled';

/** `attempt 2  503  12 ms  again in 153 ms`. */
function sentence({attempt, kind, status, error, latencyMs, waitMs, outcome, reason}: AttemptLine): string {
  const parts: string[] = [];
  if (attempt !== undefined)
    parts.push(
      `${kind === 'hedge' ? 'hedge' : 'attempt'} ${attempt}`,
      `${status ?? error}`,
      `${Math.round(latencyMs!)} ms`,
    );
  if (waitMs !== undefined) parts.push(`again in ${Math.round(waitMs)} ms`);
  if (outcome !== undefined) parts.push(outcome === 'success' ? outcome : `${outcome}: ${reason}`);
  return parts.join('  ');
}

const breakerSentence = (guarded: string, state: string): string => `the circuit of ${guarded} is ${state}`;

/** What callers put into their URLs must not begin a line of its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
