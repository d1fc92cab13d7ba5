/** `retryOn`, compiled: which statuses, which gRPC codes and which kinds of failure a policy calls transient. */
import type {Policy} from '../policy/types.ts';
import {type CodeName, isCodeName} from './grpc-codes.ts';

/** 5xx statuses that no retry changes: not implemented, version not supported, a captive portal. */
const PERMANENT_5XX = [501, 505, 511];

export class Transients {
  readonly network: boolean;
  readonly timeout: boolean;
  readonly #statuses = new Uint8Array(1000);
  readonly #codes: ReadonlySet<unknown>;

  constructor(retryOn: Policy['retryOn']) {
    this.network = retryOn.includes('network');
    this.timeout = retryOn.includes('timeout');
    this.#codes = new Set(retryOn.filter(isCodeName));
    if (retryOn.includes('4xx')) this.#statuses.fill(1, 400, 500);
    if (retryOn.includes('5xx')) {
      this.#statuses.fill(1, 500, 600);
      for (const status of PERMANENT_5XX) this.#statuses[status] = 0;
    }
    for (const entry of retryOn) if (typeof entry === 'number') this.#statuses[entry] = 1;
  }

  status(status: number): boolean {
    return this.#statuses[status] === 1;
  }

  code(name: CodeName): boolean {
    return this.#codes.has(name);
  }
}
