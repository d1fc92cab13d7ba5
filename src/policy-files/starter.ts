/** A safe policy to start with, in which a comment explains each field. `steadfetch init`, `retry-lint init` and the editor write it. */

/**
 * @param name   The name of the file. It decides the format, and a strict JSON parser refuses comments, so a file named .json has none.
 * @param schema The path or URL of the schema.
 */
export function starterText(name: string, schema: string): string {
  if (/\.ya?ml$/i.test(name)) return yaml(schema);
  return /\.json$/i.test(name) ? withoutComments(jsonc(schema)) : jsonc(schema);
}

const jsonc = (schema: string): string => `{
  "$schema": ${JSON.stringify(schema)},
  "version": 1,
  // Appears in traces and metrics.
  "name": "service",

  // The first send counts: two more at most.
  "maxAttempts": 3,
  // One attempt may take so long, and the whole call, its waits included, so long.
  "attemptTimeoutMs": 2500,
  "deadlineMs": 10000,

  // Waits grow, and are spread at random, so that clients that failed together do not come back together.
  "backoff": {"kind": "exponential", "baseMs": 250, "throttledBaseMs": 1000, "factor": 4, "capMs": 1000, "jitter": "full"},
  // A server that says when to come back is believed, up to so long.
  "retryAfter": {"maxMs": 3000},

  // POST is sent once. Where the server knows a call again by its key, it may be sent again:
  // "routes": [{"match": {"methods": ["POST"], "path": "/orders"}, "idempotency": {"header": "Idempotency-Key"}}],

  // Of a hundred calls at most twenty may be sent again, whatever goes wrong: an outage is not made worse.
  "budget": {"kind": "ratio", "ratio": 0.2}
}
`;

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter(line => !line.trim().startsWith('//') && line.trim() !== '')
    .join('\n')
    .concat('\n');

const yaml = (schema: string): string => `# yaml-language-server: $schema=${schema}
version: 1
# Appears in traces and metrics.
name: service

# The first send counts: two more at most.
maxAttempts: 3
# One attempt may take so long, and the whole call, its waits included, so long.
attemptTimeoutMs: 2500
deadlineMs: 10000

# Waits grow, and are spread at random, so that clients that failed together do not come back together.
backoff:
  kind: exponential
  baseMs: 250
  throttledBaseMs: 1000
  factor: 4
  capMs: 1000
  jitter: full
# A server that says when to come back is believed, up to so long.
retryAfter:
  maxMs: 3000

# Of a hundred calls at most twenty may be sent again, whatever goes wrong: an outage is not made worse.
budget:
  kind: ratio
  ratio: 0.2

# POST is sent once. Where the server knows a call again by its key, it may be sent again:
# routes:
#   - match: {methods: [POST], path: /orders}
#     idempotency: {header: Idempotency-Key}
`;
