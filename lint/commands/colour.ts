/** Whether to colour what goes to standard output. */

import type {Io} from '../io/io.ts';

/**
 * The command line takes precedence, then NO_COLOR (no-color.org), then FORCE_COLOR, as Node's own tools read it. Otherwise a terminal has
 * colours, and any other output has none.
 *
 * @param said --color or --no-color, if either was given.
 */
export function wantsColour(said: boolean | undefined, {env, out}: Pick<Io, 'env' | 'out'>): boolean {
  if (said !== undefined) return said;
  if ((env.NO_COLOR ?? '') !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return env.TERM !== 'dumb' && out.isTerminal;
}
