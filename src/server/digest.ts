/** SHA-256. The only file of `server/` that touches `crypto`. */

/** Hex of SHA-256 over the parts. The length of each part is hashed too, so no two lists of parts give the same bytes. */
export async function digestOf(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const encoder = new TextEncoder();
  const chunks = parts.map(part => (typeof part === 'string' ? encoder.encode(part) : part));
  const head = encoder.encode(`${chunks.map(chunk => chunk.byteLength).join(',')}\n`);
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, head.byteLength));
  let at = 0;
  for (const chunk of [head, ...chunks]) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}
