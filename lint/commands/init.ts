/** `retry-lint init`: writes a safe policy to start with, in which a comment explains each field. */

import {existsSync, mkdirSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {harmless} from '../formatters/harmless.ts';
import {CliError} from '../io/cli-error.ts';
import {shownPath} from '../io/paths.ts';
import {writeFileAtomically} from '../io/write-file.ts';
import {formatOf} from '../source/read.ts';
import type {Command} from './command.ts';

const defaultName = 'retry-policy.jsonc';

export const init: Command = (args, io) => {
  const name = args.operands[0] ?? defaultName;
  const file = join(io.cwd, shownPath(io.cwd, name));
  if (!/\.(?:jsonc?|ya?ml)$/i.test(name))
    throw new CliError(
      `A policy is written in JSON or YAML, so its name ends in .json, .jsonc, .yaml or .yml: try ${name}.json.`,
    );
  if (existsSync(file) && !args.has('force')) throw new CliError(`${name} exists already; --force overwrites it.`);
  mkdirSync(dirname(file), {recursive: true});
  const schema = schemaFrom(dirname(file));
  // A strict JSON parser refuses comments, so a file named .json has none.
  const isPlain = /\.json$/i.test(name);
  const text = formatOf(name) === 'yaml' ? yaml(schema) : isPlain ? withoutComments(jsonc(schema)) : jsonc(schema);
  writeFileAtomically(file, text, name);
  const shown = harmless(shownPath(io.cwd, file));
  io.out.write(`Wrote ${shown}. Lint it: retry-lint ${shown}\n`);
  return 0;
};

const SCHEMA = 'node_modules/steadfetch/schema/policy.schema.json';

/** The path from a folder to the installed schema, which editors read without a network. */
function schemaFrom(folder: string): string {
  let home = folder;
  while (!existsSync(join(home, SCHEMA))) {
    const parent = dirname(home);
    if (parent === home) return `./${SCHEMA}`;
    home = parent;
  }
  const path = join(relative(folder, home), SCHEMA).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
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
