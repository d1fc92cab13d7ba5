/** Listeners that write a line for each attempt to the console or to pino. */
import type {Listener} from '../core/events.ts';
import {type AttemptLine, attemptLines} from './attempt-lines.ts';
import {type ChangeLine, changeLine} from './change-line.ts';
import {modelHints} from './model-hint.ts';

/** pino, or a logger that takes fields and a message like pino. */
export interface FieldLogger {
  debug?(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The options of `logToConsole` and `logToPino`. */
export interface LogOptions {
  /** Level of the last line of a call that succeeds. Default: `info`. */
  readonly success?: 'info' | 'debug';
}

/**
 * Makes a listener for the `on` port that writes to pino, with the fields of `AttemptLine` that are known. Calls that failed are
 * warnings, and so are changes of a breaker, of an endpoint and of shared guards. The first POST to a model vendor under a policy without
 * `paid` is followed by one hint.
 *
 * @example
 * createFetch(policy, {on: logToPino(pino(), {success: 'debug'})});
 */
export function logToPino(logger: FieldLogger, options: LogOptions = {}): Listener {
  return listener(
    options,
    (line, level) => logger[level]?.(line, sentence(line)),
    ({fields, sentence}) => logger.warn(fields, sentence),
  );
}

/**
 * Makes a listener for the `on` port that writes lines of text: `info` for attempts, `warn` for calls that failed and for changes of a
 * breaker, of an endpoint and of shared guards. The source of a wait is given in brackets. The first POST to a model vendor under a policy
 * without `paid` is followed by one hint.
 *
 * @param options The level of successful calls.
 * @param to      Where to write. Default: `console`.
 *
 * @example
 * createFetch(policy, {on: logToConsole()});
 * // b3e9-1  GET https://shop.example/items/1  attempt 1  503  12 ms  again in 153 ms (backoff)
 */
export function logToConsole(to: TextLogger = console, options: LogOptions = {}): Listener {
  return listener(
    options,
    (line, level) => to[level]?.(oneLine([line.correlationId ?? '-', what(line), sentence(line)].join('  '))),
    ({sentence}) => to.warn(oneLine(sentence)),
  );
}

/** The console, or a logger that takes a line of text. */
export interface TextLogger {
  debug?(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

type Level = 'debug' | 'info' | 'warn';

function listener(
  {success = 'info'}: LogOptions,
  write: (line: AttemptLine, level: Level) => void,
  writeChange: (line: ChangeLine) => void,
): Listener {
  const lines = attemptLines(line => write(line, levelOf(line, success)));
  const hintFor = modelHints();
  return event => {
    const change = changeLine(event);
    if (change !== undefined) return writeChange(change);
    lines(event);
    const hint = hintFor(event);
    if (hint !== undefined) writeChange(hint);
  };
}

/** The URL of a gRPC call ends in its method. */
const what = ({method, url}: AttemptLine): string => (url.endsWith(`/${method}`) ? url : `${method} ${url}`);

function levelOf({outcome}: AttemptLine, success: Level): Level {
  if (outcome === 'success') return success;
  return outcome === undefined || outcome === 'cancelled' ? 'info' : 'warn';
}

/** `attempt 2  503  12 ms  again in 153 ms (backoff)`. */
function sentence(line: AttemptLine): string {
  const {attempt, kind, status, error, latencyMs, outcome, reason} = line;
  const parts: string[] = [];
  if (attempt !== undefined)
    parts.push(
      `${kind === 'hedge' ? 'hedge' : 'attempt'} ${attempt}`,
      `${status ?? error}`,
      `${Math.round(latencyMs!)} ms`,
    );
  if (line.waitMs !== undefined) parts.push(wait(line));
  if (outcome !== undefined) parts.push(outcome === 'success' ? outcome : `${outcome}: ${reason}`);
  return parts.join('  ');
}

/** `again in 4832 ms (backoff; the server asked for 1000 ms)`: the wait is the longer of the two. */
function wait({waitMs, waitSource, retryAfterMs}: AttemptLine): string {
  if (waitSource === 'none') return 'again at once';
  const asked = retryAfterMs === undefined ? '' : `the server asked for ${Math.round(retryAfterMs)} ms`;
  const why = waitSource === 'backoff' ? ['backoff', asked].filter(Boolean).join('; ') : `${waitSource}: ${asked}`;
  // Shorter than asked: the call waits in its quota, which is held for as long as the server asked.
  const isQueued = waitSource !== 'backoff' && waitMs! < retryAfterMs!;
  return `again ${isQueued ? 'when the quota admits it' : `in ${Math.round(waitMs!)} ms`} (${why})`;
}

/** Text from URLs and errors must not begin a new line of the log. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for control characters.
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
