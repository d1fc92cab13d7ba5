/**
 * Listeners that write a line for each attempt.
 *
 * @module
 */
export type {Listener} from './core/events.ts';
export {type AttemptLine, attemptLines} from './log/attempt-lines.ts';
export {type FieldLogger, type LogOptions, logToConsole, logToPino, type TextLogger} from './log/listeners.ts';
