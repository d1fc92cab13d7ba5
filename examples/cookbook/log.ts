/**
 * Log each attempt
 *
 * `logToConsole()` writes a line for each attempt, `logToPino(pino())` fields.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';
import {logToConsole, type TextLogger} from '../../src/log.ts';

export const createLoggedFetch = (logger: TextLogger = console): ResilientFetch =>
  createFetch({name: 'shop'}, {on: logToConsole(logger)});
