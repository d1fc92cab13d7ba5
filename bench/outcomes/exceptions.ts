/** Cells of the grid that miss the bounds of test/truth/outcomes/bounds.ts, each with its reason and its own bound, as measured. */
import type {Cell} from './cells.ts';

/** What is bounded: points of success, seconds lost after an outage, requests of a client above the limit. */
export type Bound = 'success' | 'lost' | 'load';

export interface Exception {
  readonly preset: string;
  readonly what: Bound;
  readonly cells: string;
  holds(cell: Cell): boolean;
  readonly bound: number;
  readonly why: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    preset: 'default',
    what: 'load',
    cells: 'outages of 1 s at 1,000 calls a second',
    holds: ({family, size, rate}) => family === 'outage' && size <= 1 && rate >= 1000,
    bound: 110,
    why: 'failures that begin within 100 ms may be one lost connection, so the breaker opens after the requests of 100 ms: 100 of them here',
  },
  {
    preset: 'default',
    what: 'success',
    cells: 'a service that starts by failing in part, with answers of 2 s, from 10 calls a second on',
    holds: ({family, fault, work, rate}) =>
      family === 'cold start' &&
      fault === 'refused' &&
      'medianMs' in work.latencyMs &&
      work.latencyMs.medianMs >= 2000 &&
      rate >= 10,
    bound: -1.5,
    why: 'while it fails four of five requests within 50 ms, the answer to a probe comes after 2 s, so the breaker stays open for some seconds in which a fifth would be answered: 0.4 to 1.0 points of 40 s',
  },
  {
    preset: 'default',
    what: 'load',
    cells: 'answers that take 200 times as long for 20 s or longer, from 10 calls a second on',
    holds: ({family, fault, size, rate}) => family === 'outage' && fault === 'slow' && size >= 20 && rate >= 10,
    bound: Number.POSITIVE_INFINITY,
    why: 'one answer in twelve comes within the attempt timeout: at 100 calls a second, runs of failures are as long as such a share explains, and the breaker does not open',
  },
];
