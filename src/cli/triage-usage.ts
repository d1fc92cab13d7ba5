/** The table of `steadfetch triage`. */
import {type CommandSpec, GENERAL, policyOption, QUIET} from './command-spec.ts';

export const TRIAGE: CommandSpec = {
  name: 'triage',
  summary:
    'Read logs of failures, and say of each failure whether it should have been retried, by which rule, and how long the next wait is',
  usage: ['triage <log...> [options]'],
  about: [
    'Reads, and tells apart by itself: lines of pino, winston and similar loggers; lines and events of steadfetch; traces as OTLP JSON; HAR; errors of Node, Go, Java, Python, curl and others as text; logs of nginx, Apache, HAProxy, Envoy, Traefik and load balancers; logfmt; CSV, TSV and W3C tables with a header. Unpacks gzip, and converts UTF-16.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        policyOption('steadfetch:llm', 'the default policy'),
        {name: 'json', help: 'Write a line of JSON for each failure, then the summary'},
        {name: 'summary', help: 'Write only the summary'},
        QUIET,
        ...GENERAL,
      ],
    },
  ],
  notes: [
    '<log> may be - for standard input. Query values, credentials, parts of paths that look like tokens, and the texts of errors are never printed.',
    'Ctrl-C stops reading, and prints the summary of what was read.',
  ],
  exit: '0 everything was read that may be a failure, 1 a part was not: the reading stopped, or lines with a sign of a failure were not read; 2 wrong usage.',
  page: 'docs/guides/triage.md',
};
