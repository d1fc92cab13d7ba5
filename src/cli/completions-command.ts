/** `steadfetch completions`: what a shell needs to complete commands and options. */
import {answer, asked, optionsOf} from './command-spec.ts';
import {COMMANDS, SPECS} from './commands.ts';
import {completionsOf, SHELLS} from './completions.ts';
import {parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';

/** @returns The exit code. @throws UsageError */
export function completionsCommand(argv: readonly string[], process: NodeJS.Process): number {
  const args = parseArguments(argv, optionsOf(SPECS.completions), 'steadfetch completions --help');
  const question = asked(args);
  if (question !== undefined) return answer(question, SPECS.completions, process.stdout);
  const [named, ...more] = args.operands;
  const shell = SHELLS.find(each => each === named);
  if (shell === undefined || more.length > 0)
    throw new UsageError(
      `The shell must be one of ${SHELLS.join(', ')}, got ${JSON.stringify(args.operands.join(' '))}.`,
    );
  process.stdout.write(completionsOf({name: 'steadfetch', commands: COMMANDS}, shell));
  return 0;
}
