/** Node's HTTP server. */
import type * as Http from 'node:http';
import {SteadfetchError} from '../core/errors.ts';

/**
 * Looked up when a server starts, and not imported: `steadfetch/testing` is loaded in browsers too, where a bundler would look for the module.
 *
 * @throws SteadfetchError of code FAULT_SERVER where the runtime has no such module.
 */
export function nodeHttp(): typeof Http {
  const http = (globalThis as Partial<typeof globalThis>).process?.getBuiltinModule?.('node:http');
  if (http === undefined)
    throw new SteadfetchError(
      'FAULT_SERVER',
      'A fault server needs the module node:http, which this runtime does not have.',
    );
  return http;
}
