/**
 * Baseline one: ky as it comes.
 *
 * Its defaults are careful: two retries of a GET, none of a POST, Retry-After heard. What is left is every POST that meets
 * a fault, and every hang.
 */
import ky from 'ky';
import type {Client} from './traffic.ts';

// The default is 10 s an attempt; two keep the demonstration short and flatter ky, they do not slow it.
const api = ky.create({timeout: 2000});

export const plainKy: Client = ({method, body}, url) =>
  api(url, {method, body, headers: body === null ? {} : {'Content-Type': 'application/json'}});
