/** Functions of the user that count tokens: what they throw must not end a call. */
import {caught, complaintOf} from '../core/complaint.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';

/**
 * Catches the exceptions of `weigh`, and reports the first on the console.
 *
 * @param name What the report calls it.
 */
export function caughtWeigh<Request>(
  weigh: (request: Request) => AskedTokens | undefined,
  name: string,
): (request: Request) => AskedTokens {
  const complain = complaintOf(`${name} threw; the estimate counts`);
  return request => caught(weigh, request, complain) ?? {};
}
