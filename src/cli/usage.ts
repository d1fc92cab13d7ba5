/** Help texts. */

export const HELP = `steadfetch: retries that are safe to leave on

  steadfetch batch <requests.jsonl> --url <base> --out <results.jsonl>

Run steadfetch batch --help for its options.
`;

export const BATCH_HELP = `Sends every line of a file, and writes a line for each into another.

  steadfetch batch <requests.jsonl> --url <base> --out <results.jsonl> [options]

A line of requests:
  {"custom_id": "a-1", "method": "POST", "url": "/v1/embeddings", "body": {...}}
A line of results:
  {"id": "...", "custom_id": "a-1", "error": null,
   "response": {"status_code": 200, "request_id": null, "body": {...}}}

Options:
  --url <base>       Address that each line's url is joined to
  --out <file>       Where to write the results
  --errors <file>    Where to write the failed requests again, with their
                     errors (default: <out>.errors.jsonl)
  --journal <file>   Where to keep what was answered, so that a run that was
                     killed can go on (default: <out>.journal)
  --policy <policy>  A policy file, JSON or YAML, or the name of a preset such
                     as steadfetch:llm (default: steadfetch:batch)
  --header <header>  'Name: value', any number of times; \${NAME} in the value is
                     read from the environment
  --concurrency <n>  Requests under way at a time (default: 16)
  --resume           Go on with the run of the journal, or begin one. What was
                     answered is not sent again; a failed request that the
                     policy allows to repeat by now is
  --retry-failed     Like --resume, and send all failed requests again
  --ordered          Write the results in the order of the requests
  --no-dedupe        Send each of several identical requests
  --dry-run          Check everything and send nothing
  -h, --help         Show this help

<requests.jsonl> may be - for standard input; --out and --errors may be - for
standard output. Beside standard output, a pipe or a device there is neither
a journal nor a file of errors unless they are named.

Files written: <out>, <errors>, the journal, and <journal>.lock while the run
lasts. All of them can be read by their owner only (mode 0600).

Ctrl-C waits for the requests under way; a second Ctrl-C does not.
Exit code: 0 all succeeded, 1 some did not, 2 wrong usage, nothing was sent.
`;
