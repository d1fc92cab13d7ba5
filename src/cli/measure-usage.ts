/** The table of `steadfetch measure`. */
import {type CommandSpec, GENERAL, HEADER, htmlOption, policyOption, QUIET} from './command-spec.ts';

export const MEASURE: CommandSpec = {
  name: 'measure',
  summary:
    'Send the same requests through plain fetch and under a policy, in turn, and compare their success and latency',
  usage: ['measure <url> [options]', 'measure <requests.jsonl> --url <base> [options]'],
  about: [
    `A URL is sent GET requests. A file of requests is that of steadfetch batch:
  {"custom_id": "a-1", "method": "GET", "url": "/v1/models"}
Its requests are sent in order, and again from the first one if --count is
larger. A redirect is a failure and is not followed.`,
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {name: 'url', value: '<base>', help: "Address that each line's url is joined to"},
        policyOption('steadfetch:llm', 'the default policy'),
        {name: 'count', value: '<n>', help: 'Calls of each side (default: 50)'},
        {
          name: 'rate',
          value: '<n>',
          help: 'Requests in a second, of both sides together; a retry delays the next call (default: 5)',
        },
        {
          name: 'deadline',
          value: '<ms>',
          help: 'Time limit of a call of plain fetch, and the deadline of a policy that has none (default: 30000)',
        },
        HEADER,
        {
          name: 'allow-unsafe',
          help: 'Send POST and other methods that may change something on the server. Each call acts, and is paid for',
        },
        {name: 'yes', help: 'Make more than 500 calls, or more than 20 in a second'},
        htmlOption('the text'),
        {name: 'json', help: 'Print one JSON object, with every call'},
        QUIET,
        ...GENERAL,
      ],
    },
  ],
  notes: [
    '<requests.jsonl> may be - for standard input. The result goes to standard output, the progress to standard error.',
    'Before the count begins, each side sends the first request once, which opens the connection.',
    'Ctrl-C waits for the calls in flight and prints what was measured; a second Ctrl-C cuts them off, and leaves them out.',
  ],
  exit: '0 measured, 1 stopped before the end, 2 wrong usage, nothing was sent.',
  page: 'docs/guides/measuring.md',
};
