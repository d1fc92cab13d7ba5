/** What makes two requests the same: SHA-256 of method, host, path with query, content type, and the bytes of the body. */
import {digestOf} from './digest.ts';

/** A request, as far as its fingerprint needs it. */
export interface FingerprintInput {
  /** In upper case. */
  readonly method: string;
  /** The host, with its port if it is not the default one; as the client sent it. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  /** The header content-type; empty without one. */
  readonly contentType: string;
  /** The whole body as it was sent; empty without one. */
  readonly body: Uint8Array;
}

export const fingerprintOf = ({method, host, path, contentType, body}: FingerprintInput): Promise<string> =>
  digestOf(method, host.toLowerCase(), path, contentType, body);
