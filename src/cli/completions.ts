/** What a shell needs to complete the commands and options of `steadfetch` and of `retry-lint`. */
import type {OptionSyntax} from './parse-arguments.ts';

export interface CompletedOption extends OptionSyntax {
  readonly help: string;
  readonly file?: true;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly groups: readonly {readonly options: readonly CompletedOption[]}[];
  /** The possible operands; undefined if they are files. */
  readonly operands?: readonly string[] | undefined;
}

export interface CompletedProgram {
  readonly name: string;
  readonly commands: readonly CompletedCommand[];
  /** The command that runs where none is named. */
  readonly unnamed?: string;
}

export type Shell = 'bash' | 'zsh' | 'fish';
export const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** The text that the shell reads. */
export function completionsOf(program: CompletedProgram, shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash(program);
    case 'zsh':
      return zsh(program);
    case 'fish':
      return fish(program);
  }
}

const optionsOf = ({groups}: CompletedCommand): readonly CompletedOption[] => groups.flatMap(({options}) => options);

const flagsOf = (command: CompletedCommand): string[] =>
  optionsOf(command).flatMap(({name, short}) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]);

/** The options that take one of a few values, of all commands. */
function closedOptions(commands: readonly CompletedCommand[]): CompletedOption[] {
  const all = commands.flatMap(optionsOf).filter(({values}) => values !== undefined);
  return [...new Map(all.map(option => [option.name, option])).values()];
}

function bash({name: program, commands, unnamed = ''}: CompletedProgram): string {
  const values = closedOptions(commands).map(
    ({name, values = []}) => `    --${name}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$word")); return ;;`,
  );
  const cases = commands.map(command => {
    const words = [...(command.operands ?? []), ...flagsOf(command)];
    return `    ${command.name}) words="${words.join(' ')}" ;;`;
  });
  const names = commands.map(({name}) => name);
  return `# ${program} completions for bash
${functionOf(program)}() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=${unnamed} words each
  case $previous in
${values.join('\n')}
  esac
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in
      ${names.join('|')}) command=$each; break ;;
    esac
  done
  case $command in
${cases.join('\n')}
  esac
  if [[ $COMP_CWORD == 1 ]]; then words="$words ${names.join(' ')}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))
}
complete -o filenames -F ${functionOf(program)} ${program}
`;
}

function zsh({name: program, commands, unnamed = ''}: CompletedProgram): string {
  const quoted = (text: string): string => text.replace(/[[\]:]/g, '\\$&').replaceAll("'", "'\\''");
  const argument = ({value, values, file}: CompletedOption): string =>
    value === undefined ? '' : `:${value}:${values ? `(${values.join(' ')})` : file ? '_files' : ''}`;
  const line = (option: CompletedOption): string => {
    const repeat = option.many ? '*' : '';
    const equals = option.value === undefined ? '' : option.optionalValue ? '=-' : '=';
    return `      '${repeat}--${option.name}${equals}[${quoted(option.help)}]${argument(option)}'`;
  };
  const cases = commands.map(command => {
    const {operands: words} = command;
    const operands = words === undefined ? "'*:file:_files'" : `'1:operand:(${words.join(' ')})' '*:file:_files'`;
    return `    ${command.name})\n      _arguments \\\n${optionsOf(command).map(line).join(' \\\n')} \\\n      ${operands} ;;`;
  });
  const self = functionOf(program);
  return `#compdef ${program}
# ${program} completions for zsh
${self}() {
  local command=${unnamed}
  local -a names=(${commands.map(({name, summary}) => `'${name}:${quoted(summary)}'`).join(' ')})
  if (( CURRENT == 2 )); then _describe command names; fi
  case $words[2] in
    ${commands.map(({name}) => name).join('|')}) command=$words[2]; words=("$words[1]" "\${(@)words[3,-1]}"); (( CURRENT-- )) ;;
  esac
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == ${self} ]]; then ${self} "$@"; else compdef ${self} ${program}; fi
`;
}

function fish({name: program, commands, unnamed}: CompletedProgram): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const others = commands.map(({name}) => name).filter(name => name !== unnamed);
  const noneNamed = `not __fish_seen_subcommand_from ${others.join(' ')}`;
  const lines = commands.flatMap(command => {
    const when = command.name === unnamed ? noneNamed : `__fish_seen_subcommand_from ${command.name}`;
    const head = `complete -c ${program} -n ${quoted(when)}`;
    const {operands} = command;
    return [
      `complete -c ${program} -n ${quoted(noneNamed)} -a ${command.name} -d ${quoted(command.summary)}`,
      ...(operands === undefined ? [] : [`${head} -f -a ${quoted(operands.join(' '))}`]),
      ...optionsOf(command).map(({name, short, value, optionalValue, values, help}) => {
        const takes = value === undefined || optionalValue ? '' : values ? ` -x -a ${quoted(values.join(' '))}` : ' -r';
        return `${head} -l ${name}${short === undefined ? '' : ` -s ${short}`}${takes} -d ${quoted(help)}`;
      }),
    ];
  });
  return `# ${program} completions for fish\n${lines.join('\n')}\n`;
}

const functionOf = (program: string): string => `_${program.replaceAll('-', '_')}`;
