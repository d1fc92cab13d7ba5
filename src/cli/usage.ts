/** What the command line says of itself, and how it says that it was not understood. */

/** The command cannot be run as it was given. Exit code 2; nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `steadfetch: retries that are safe to leave on

  steadfetch batch <requests.jsonl> --url <base> --out <results.jsonl>

steadfetch batch --help tells the rest.
`;

export const BATCH_HELP = `Sends every line of a file, and writes a line for each into another.

  steadfetch batch <requests.jsonl> --url <base> --out <results.jsonl> [options]

A line of requests: {"custom_id": "a-1", "method": "POST", "url": "/v1/embeddings", "body": {...}}
A line of results:  {"id": "...", "custom_id": "a-1", "response": {"status_code", "request_id", "body"}, "error": null}

  --url <base>          where the lines' urls are joined to
  --out <file>          results; beside it <file>.journal, by which a run that was killed goes on
  --errors <file>       the failed lines of --out once more; default: <out>.errors.jsonl
  --policy <file>       a policy, JSON or YAML; default: the preset steadfetch:batch
  --header <h>          'Name: value', any number of times; \${NAME} in the value is read from the environment
  --concurrency <n>     requests under way at a time; default: 16
  --resume              go on with the run of <out>.journal; without one, begin
  --ordered             results in the order of the requests
  --no-dedupe           send identical requests each, instead of answering them once
  --dry-run             check everything, and send nothing
  --help

Ctrl-C waits for what is on the wire; a second one does not. Exit code: 0 all succeeded, 1 some did not, 2 usage.
`;
