/**
 * Baseline one: ky as it comes.
 *
 * Its defaults are careful: two retries of a GET, none of a POST, Retry-After heard. What is left is every POST that meets
 * a fault, and every hang.
 */
import ky from 'ky';
import type {Client} from './traffic.ts';

/** @param timeout Of an attempt, in ms. */
export function kyWith(timeout: number | false): Client {
  const api = ky.create({timeout});
  return ({method, body}, url) =>
    api(url, {method, body, headers: body === null ? {} : {'Content-Type': 'application/json'}});
}

// The default is 10 s an attempt; two keep the demonstration short and flatter ky, they do not slow it.
export const plainKy: Client = kyWith(2000);
