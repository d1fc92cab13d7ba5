/** Functions of the user that count tokens: what they throw must not end a call. */
import type {AskedTokens} from '../decide/asked-tokens.ts';

/**
 * Catches the exceptions of `weigh`, and reports the first on the console.
 *
 * @param name What the report calls it.
 */
export function caught<Request>(
  weigh: (request: Request) => AskedTokens | undefined,
  name: string,
): (request: Request) => AskedTokens {
  let hasComplained = false;
  return request => {
    try {
      return weigh(request) ?? {};
    } catch (error) {
      if (!hasComplained)
        console.error(`steadfetch: ${name} threw; the estimate counts. Later exceptions are not reported.`, error);
      hasComplained = true;
      return {};
    }
  };
}
