/** The table of `steadfetch batch`. */
import {type CommandSpec, GENERAL, HEADER, policyOption, QUIET} from './command-spec.ts';

export const BATCH: CommandSpec = {
  name: 'batch',
  summary: 'Send every line of a file, and write a line for each into another',
  usage: ['batch <requests.jsonl> --url <base> --out <results.jsonl> [options]'],
  about: [
    `A line of requests:
  {"custom_id": "a-1", "method": "POST", "url": "/v1/embeddings", "body": {...}}
A line of results:
  {"id": "...", "custom_id": "a-1", "error": null,
   "response": {"status_code": 200, "request_id": null, "body": {...}}}`,
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'url', value: '<base>', help: "Address that each line's url is joined to"},
        {name: 'out', value: '<file>', file: true, help: 'Where to write the results'},
        {
          name: 'errors',
          value: '<file>',
          file: true,
          help: 'Where to write the failed requests again, with their errors (default: <out>.errors.jsonl)',
        },
        {
          name: 'journal',
          value: '<file>',
          file: true,
          help: 'Where to keep what was answered, so that a run that was killed can go on (default: <out>.journal)',
        },
        policyOption('steadfetch:llm', 'steadfetch:batch'),
        HEADER,
        {
          name: 'endpoint-header',
          value: '<header>',
          many: true,
          help: `'endpoint Name: value', such as 'us Authorization: Bearer \${US_KEY}': for requests at that endpoint of the policy, where the credentials of --header are not sent`,
        },
        {name: 'concurrency', value: '<n>', help: 'Requests under way at a time (default: 16)'},
        {
          name: 'resume',
          help: 'Go on with the run of the journal, or begin one. What was answered is not sent again; a failed request that the policy allows to repeat by now is',
        },
        {name: 'retry-failed', help: 'Like --resume, and send all failed requests again'},
        {name: 'ordered', help: 'Write the results in the order of the requests'},
        {name: 'no-dedupe', help: 'Send each of several identical requests'},
        {name: 'dry-run', help: 'Check everything and send nothing'},
        QUIET,
        ...GENERAL,
      ],
    },
  ],
  notes: [
    '<requests.jsonl> may be - for standard input; --out and --errors may be - for standard output. Beside standard output, a pipe or a device there is neither a journal nor a file of errors unless they are named.',
    'Files written: <out>, <errors>, the journal, and <journal>.lock while the run lasts. All of them can be read by their owner only (mode 0600).',
    'Ctrl-C waits for the requests under way; a second Ctrl-C does not.',
    'On many machines, through Redis: steadfetch batch --queue --help',
  ],
  exit: '0 all succeeded, 1 some did not, 2 wrong usage, nothing was sent.',
  page: 'docs/batch.md',
};
