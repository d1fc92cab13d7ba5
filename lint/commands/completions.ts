/** `retry-lint completions bash|zsh|fish`: what a shell needs to complete commands and options. */

import {CliError} from '../io/cli-error.ts';
import {rules} from '../rules/index.ts';
import type {Command, CommandSpec, Option} from './command.ts';
import {commands} from './table.ts';

export const completions: Command = (args, io) => {
  const [shell = ''] = args.operands;
  const write = SHELLS[shell];
  if (write === undefined)
    throw new CliError(`The shell must be one of ${Object.keys(SHELLS).join(', ')}, got ${JSON.stringify(shell)}.`);
  io.out.write(write());
  return 0;
};

const main = commands[0];

const optionsOf = ({groups}: CommandSpec): readonly Option[] => groups.flatMap(({options}) => options);

const flagsOf = (spec: CommandSpec): string[] =>
  optionsOf(spec).flatMap(({name, short}) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);

/** The possible operands of a command; undefined if they are files. */
function operandsOf(spec: CommandSpec): readonly string[] | undefined {
  return spec.name === 'explain' ? rules.map(({code}) => code) : spec.operandValues;
}

/** The options that take one of a few values, of all commands. */
function closedOptions(): Option[] {
  const all = commands.flatMap(optionsOf).filter(({values}) => values !== undefined);
  return [...new Map(all.map(option => [option.name, option])).values()];
}

function bash(): string {
  const values = closedOptions().map(
    ({name, values = []}) => `    --${name}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$word")); return ;;`,
  );
  const cases = commands.map(spec => {
    const words = [...(operandsOf(spec) ?? []), ...flagsOf(spec)];
    return `    ${spec.name}) words="${words.join(' ')}" ;;`;
  });
  return `# retry-lint completions for bash
_retry_lint() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=lint words each
  case $previous in
${values.join('\n')}
  esac
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in
      ${commands.map(({name}) => name).join('|')}) command=$each; break ;;
    esac
  done
  case $command in
${cases.join('\n')}
  esac
  if [[ $COMP_CWORD == 1 ]]; then words="$words ${commands.map(({name}) => name).join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))
}
complete -o filenames -F _retry_lint retry-lint
`;
}

function zsh(): string {
  const quoted = (text: string): string => text.replace(/[[\]:]/g, '\\$&').replaceAll("'", "'\\''");
  const argument = ({value, values, file}: Option): string =>
    value === undefined ? '' : `:${value}:${values ? `(${values.join(' ')})` : file ? '_files' : ''}`;
  const line = (option: Option): string => {
    const repeat = option.many ? '*' : '';
    const equals = option.value === undefined ? '' : option.optionalValue ? '=-' : '=';
    return `      '${repeat}--${option.name}${equals}[${quoted(option.help)}]${argument(option)}'`;
  };
  const cases = commands.map(spec => {
    const words = operandsOf(spec);
    const operands = words === undefined ? "'*:file:_files'" : `'1:operand:(${words.join(' ')})' '*:file:_files'`;
    return `    ${spec.name})\n      _arguments \\\n${optionsOf(spec).map(line).join(' \\\n')} \\\n      ${operands} ;;`;
  });
  return `#compdef retry-lint
# retry-lint completions for zsh
_retry_lint() {
  local command=lint
  local -a names=(${commands.map(({name, summary}) => `'${name}:${quoted(summary)}'`).join(' ')})
  if (( CURRENT == 2 )); then _describe command names; fi
  case $words[2] in
    ${commands.map(({name}) => name).join('|')}) command=$words[2]; words=("$words[1]" "\${(@)words[3,-1]}"); (( CURRENT-- )) ;;
  esac
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _retry_lint ]]; then _retry_lint "$@"; else compdef _retry_lint retry-lint; fi
`;
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const others = commands.slice(1).map(({name}) => name);
  const noneNamed = `not __fish_seen_subcommand_from ${others.join(' ')}`;
  const lines = commands.flatMap(spec => {
    const when = spec === main ? noneNamed : `__fish_seen_subcommand_from ${spec.name}`;
    const head = `complete -c retry-lint -n ${quoted(when)}`;
    const operands = operandsOf(spec);
    return [
      `complete -c retry-lint -n ${quoted(noneNamed)} -a ${spec.name} -d ${quoted(spec.summary)}`,
      ...(operands === undefined ? [] : [`${head} -f -a ${quoted(operands.join(' '))}`]),
      ...optionsOf(spec).map(({name, short, value, optionalValue, values, help}) => {
        const takes = value === undefined || optionalValue ? '' : values ? ` -x -a ${quoted(values.join(' '))}` : ' -r';
        return `${head} -l ${name}${short === undefined ? '' : ` -s ${short}`}${takes} -d ${quoted(help)}`;
      }),
    ];
  });
  return `# retry-lint completions for fish\n${lines.join('\n')}\n`;
}

const SHELLS: Readonly<Record<string, () => string>> = {bash, zsh, fish};
