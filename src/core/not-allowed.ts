import {SteadfetchError} from './errors.ts';

/** What is wrong with a program that has not called a function of `steadfetch/features`. */
export const notAllowed = (
  what: string,
  use: string,
  code: 'INVALID_POLICY' | 'INVALID_OVERRIDES' = 'INVALID_POLICY',
): SteadfetchError => new SteadfetchError(code, `${what} need ${use}() of steadfetch/features.`);
