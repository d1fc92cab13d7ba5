/** What `steadfetch` says where no command is named, or an unknown one. */
import {nearest} from '../policy/suggestions.ts';
import {COMMANDS, HELP} from './commands.ts';
import {UsageError} from './usage-error.ts';

/** What users of other programs, or of the linter, try here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  lint: 'Policies are linted by the package retry-lint: npx retry-lint.',
  'retry-lint': 'The linter is the package retry-lint: npx retry-lint.',
  check: 'Policies are checked by the package retry-lint: npx retry-lint.',
  explain: 'Rules are explained by the package retry-lint: npx retry-lint explain.',
  serve: 'A server that fails is started by steadfetch chaos.',
  run: 'Requests are sent by steadfetch batch.',
};

/** @returns The exit code. @throws UsageError */
export function noCommand(command: string | undefined, process: NodeJS.Process): number {
  if (command === '--help' || command === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === undefined) throw new UsageError(HELP.trimEnd());
  const names = COMMANDS.map(({name}) => name);
  const near = nearest(command, names);
  throw new UsageError(
    ELSEWHERE[command] ??
      `Unknown command ${JSON.stringify(command)}${near === undefined ? `. Commands: ${names.join(', ')}.` : `; did you mean ${near}?`}`,
  );
}
