/** What makes two requests the same: SHA-256 of method, path with query, and body. The only file of `server/` that touches `crypto`. */

/** A request, as far as its fingerprint needs it. */
export interface FingerprintInput {
  /** In upper case. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The whole body; empty without one. */
  readonly body: Uint8Array;
}

export async function fingerprintOf({method, path, body}: FingerprintInput): Promise<string> {
  // No method or path contains a line break, so no two requests give the same bytes.
  const head = new TextEncoder().encode(`${method}\n${path}\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}
