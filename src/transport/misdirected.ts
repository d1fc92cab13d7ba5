/**
 * Answers 421 (Misdirected Request) over a fetch that follows the Fetch standard: such a fetch has sent the request again itself, over another
 * connection, unless the body was a stream. No option switches that off, and the caller sees only the second answer.
 */
import type {Outcome} from '../core/outcome.ts';

/** The runtime, as far as it is read. */
interface Runtime {
  readonly process?: {readonly versions?: {readonly undici?: string}};
  readonly Bun?: unknown;
  readonly Deno?: unknown;
}

/**
 * Whether the request was sent twice. Known of undici, which is Node's fetch too, and always does so; browsers do so only where several origins
 * share the connection. A response that was made by a test double has no URL.
 */
export function resentByFetch({response, status}: Outcome<Response>): boolean {
  if (status !== 421 || response === null) return false;
  const {process, Bun, Deno} = globalThis as Runtime;
  if (process?.versions?.undici === undefined || Bun !== undefined || Deno !== undefined) return false;
  const {url, body} = response as {url?: string; body?: {pipe?: unknown} | null};
  // The body of node-fetch's responses is a stream of Node.
  return Boolean(url) && typeof body?.pipe !== 'function';
}
