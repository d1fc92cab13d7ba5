/** Parses the arguments of both commands, `steadfetch` and `retry-lint`, by one table of options each. */

import {parseArgs} from 'node:util';
import {nearest} from '../policy/suggestions.ts';
import {UsageError} from './usage-error.ts';

/** The syntax of an option. */
export interface OptionSyntax {
  /** The name without its dashes. */
  readonly name: string;
  readonly short?: string;
  /** The name of its value in the help; undefined if the option takes no value. */
  readonly value?: string;
  /** Whether the value is optional: `--changed` and `--changed=main`. */
  readonly optionalValue?: true;
  /** The option may be given more than once. */
  readonly many?: true;
  /** Every value that the option accepts; undefined: any. */
  readonly values?: readonly string[];
}

export class Arguments {
  readonly operands: readonly string[];
  /** The values of each option. With the operands they make a copy, such as one in another thread. */
  readonly options: ReadonlyMap<string, readonly (string | undefined)[]>;

  constructor(operands: readonly string[], options: ReadonlyMap<string, readonly (string | undefined)[]>) {
    this.operands = operands;
    this.options = options;
  }

  /** The same options, with other operands. */
  withOperands(operands: readonly string[]): Arguments {
    return new Arguments(operands, this.options);
  }

  has(name: string): boolean {
    return this.options.has(name);
  }

  value(name: string): string | undefined {
    return this.options.get(name)?.at(-1);
  }

  all(name: string): readonly string[] {
    return (this.options.get(name) ?? []).filter(value => value !== undefined);
  }
}

/**
 * @param habit What an unknown option of another program is here: a sentence, or undefined. Gets the name without dashes.
 * @param helpCommand The command that lists the options, for the message about an unknown one: `retry-lint --help`.
 * @throws UsageError for the first option that is unknown, lacks its value, has one too many, or has an unknown value.
 */
export function parseArguments(
  argv: readonly string[],
  options: readonly OptionSyntax[],
  helpCommand: string,
  habit: (option: string) => string | undefined = () => undefined,
): Arguments {
  // Most runs of retry-lint name files only, and parseArgs takes a tenth of their time.
  if (!argv.some(word => word.startsWith('-'))) return new Arguments(argv, new Map());
  const byName = new Map(
    options.flatMap(option => [option.name, option.short ?? option.name].map(name => [name, option])),
  );
  const {tokens} = parseArgs({
    args: [...argv],
    // parseArgs takes an undeclared option for one without a value, so only those with a value are declared.
    options: Object.fromEntries(options.filter(takesWord).map(option => [option.name, syntaxOf(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const operands: string[] = [];
  const values = new Map<string, (string | undefined)[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = byName.get(token.name);
    if (option === undefined)
      throw new UsageError(habit(token.name) ?? unknownOption(token.rawName, options, helpCommand));
    checkValue(option, token.rawName, token.value);
    if (token.inlineValue === false && /^-./.test(token.value))
      throw new UsageError(
        `${token.rawName} needs a value, got the option ${token.value}. Write --${option.name}=${token.value} if that is the value.`,
      );
    values.set(option.name, [...(values.get(option.name) ?? []), token.value]);
  }
  for (const [name, given] of values) {
    if (given.length > 1 && byName.get(name)?.value !== undefined && !byName.get(name)?.many)
      throw new UsageError(`--${name} was given ${given.length} times; it takes one value.`);
  }
  return new Arguments(operands, values);
}

/** The value may be the next word. */
const takesWord = ({value, optionalValue}: OptionSyntax): boolean => value !== undefined && !optionalValue;

const syntaxOf = ({short}: OptionSyntax) => ({
  type: 'string' as const,
  ...(short === undefined ? {} : {short}),
  multiple: true,
});

function checkValue({value: meaning, optionalValue, values}: OptionSyntax, raw: string, value: string | undefined) {
  if (meaning === undefined && value !== undefined)
    throw new UsageError(`${raw} takes no value, got ${JSON.stringify(value)}.`);
  if (meaning !== undefined && !optionalValue && (value === undefined || value === ''))
    throw new UsageError(`${raw} needs a value: ${raw} ${meaning}.`);
  if (values !== undefined && value !== undefined && !values.includes(value)) {
    const near = nearest(value, values);
    const suggestion = near === undefined ? '' : `; did you mean ${near}?`;
    throw new UsageError(
      `${raw} must be one of ${values.join(', ')}, got ${JSON.stringify(value)}${suggestion || '.'}`,
    );
  }
}

function unknownOption(raw: string, options: readonly OptionSyntax[], helpCommand: string): string {
  const near = nearest(
    raw.replace(/^-+/, ''),
    options.map(({name}) => name),
  );
  return `Unknown option ${raw}; ${near === undefined ? `"${helpCommand}" lists them.` : `did you mean --${near}?`}`;
}
