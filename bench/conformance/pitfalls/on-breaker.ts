/** What the rows of circuit breakers share. They run in real time: a window of 2 s, 10 calls at least, open for 300 ms, one probe. */
import type {Guarded, Library, Outcome, Pitfall, Work} from '../library.ts';
import {absent} from '../pitfall.ts';

export const SETTINGS = {minCalls: 10, windowMs: 2000, openMs: 300};
/** With the tenth that steadfetch spreads it by. */
export const OPEN_MS = 400;

export const bad: Work = async () => 'fail';
export const good: Work = async () => 'ok';

export async function times(count: number, call: Guarded, work: Work): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < count; index++) outcomes.push(await call(work));
  return outcomes;
}

export const refused = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(outcome => outcome === 'refused').length;

export function held(): {work: Work; end: (how: 'ok' | 'fail') => void} {
  const {promise, resolve} = Promise.withResolvers<'ok' | 'fail'>();
  return {work: () => promise, end: resolve};
}

export const onBreaker = (
  id: string,
  title: string,
  run: (call: Guarded, library: Library) => ReturnType<Pitfall['run']>,
  needs: (library: Library) => boolean = () => true,
): Pitfall => ({
  id,
  title,
  run: async library =>
    library.breaker === undefined || !needs(library) || (/^T2[34]/.test(id) && !library.breakerHalfOpens)
      ? absent
      : run(await library.breaker(SETTINGS), library),
});
