/** What makes two requests the same: SHA-256 of method, path with query, and body. */
import {digestOf} from './digest.ts';

/** A request, as far as its fingerprint needs it. */
export interface FingerprintInput {
  /** In upper case. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The whole body; empty without one. */
  readonly body: Uint8Array;
}

export const fingerprintOf = ({method, path, body}: FingerprintInput): Promise<string> => digestOf(method, path, body);
