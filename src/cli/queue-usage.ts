/** The table of `steadfetch batch --queue`. */
import {type CommandSpec, GENERAL, HEADER, type OptionGroup, policyOption, QUIET} from './command-spec.ts';

/** What is done with a queue. */
export const QUEUE_WORDS = ['enqueue', 'work', 'collect'] as const;
export type QueueWord = (typeof QUEUE_WORDS)[number];

const GROUPS: Readonly<Record<QueueWord, OptionGroup>> = {
  enqueue: {
    title: 'Options of enqueue',
    options: [
      {name: 'url', value: '<base>', help: "Address that each line's url is joined to, for the check"},
      {name: 'resume', help: 'Add failed requests again for which that can help'},
      {name: 'retry-failed', help: 'Add all failed requests again'},
      {name: 'no-dedupe', help: 'Send each of several identical requests'},
    ],
  },
  work: {
    title: 'Options of work',
    options: [
      {name: 'url', value: '<base>', help: "Address that each line's url is joined to"},
      policyOption('steadfetch:llm', 'steadfetch:batch'),
      {...HEADER, help: `${HEADER.help}. Redis never has it`},
      {name: 'concurrency', value: '<n>', help: 'Requests of this worker at a time (default: 16)'},
      {
        name: 'lock',
        value: '<seconds>',
        help: 'How long the requests of a worker that was killed stay with it; some stay twice as long (default: 30)',
      },
      {name: 'keep-running', help: 'Wait for more requests when all have a result'},
      QUIET,
    ],
  },
  collect: {
    title: 'Options of collect',
    options: [
      {name: 'out', value: '<file>', file: true, help: 'Where to write the results'},
      {
        name: 'errors',
        value: '<file>',
        file: true,
        help: 'Where to write the failed requests again, with their errors (default: <out>.errors.jsonl)',
      },
      {name: 'no-dedupe', help: 'As for enqueue'},
      {
        name: 'remove',
        help: 'Remove the queue when every request has a result and the files are written',
      },
    ],
  },
};

const COMMON: OptionGroup = {
  title: 'Options of all three',
  options: [
    {name: 'queue', value: '<redis-url>', help: `Address of Redis; \${NAME} is read from the environment`},
    {name: 'name', value: '<name>', help: 'Name of the queue (default: steadfetch-batch)'},
    ...GENERAL,
  ],
};

export const QUEUE: CommandSpec = {
  name: 'batch --queue',
  summary: 'Send the lines of a file from any number of machines, through a queue in Redis',
  usage: [
    'batch enqueue <requests.jsonl> --queue <redis-url> --url <base>',
    'batch work --queue <redis-url> --url <base> [options]',
    'batch collect <requests.jsonl> --queue <redis-url> --out <file>',
  ],
  about: [
    'enqueue adds the requests that the queue does not have. work sends them, and ends when every request has a result; start as many as you like. collect writes the results in the order of the requests, as often as you like.',
  ],
  groups: [COMMON, ...QUEUE_WORDS.map(word => GROUPS[word])],
  notes: [
    'Needs bullmq and a driver: npm install bullmq redis (or ioredis).',
    'SIGTERM and Ctrl-C let a worker finish the requests under way, and put the others back; a second signal does not wait.',
  ],
  exit: 'enqueue and work 0; collect 0 all succeeded, 1 some did not; 2 wrong usage; 1 any other error.',
  page: 'docs/many-machines.md',
};

/** The words that have an option. */
export const wordsOf = (option: string): readonly QueueWord[] =>
  QUEUE_WORDS.filter(word => [...COMMON.options, ...GROUPS[word].options].some(({name}) => name === option));
