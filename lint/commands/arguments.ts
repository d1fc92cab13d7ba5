/** The words of a command line, sorted. */

import {parseArgs} from 'node:util';
import {nearest} from '../../src/policy/suggestions.ts';
import {CliError} from '../io/cli-error.ts';

/** An option, as far as the parser has to know it. */
export interface OptionSyntax {
  /** Without its dashes. */
  readonly name: string;
  readonly short?: string;
  /** How help calls its value; an option without one takes none. */
  readonly value?: string;
  /** It may stand alone: `--changed` and `--changed=main`. */
  readonly optionalValue?: true;
  /** It may be given more than once. */
  readonly many?: true;
  /** Every value it takes, where they are few. */
  readonly values?: readonly string[];
}

export class Arguments {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly (string | undefined)[]>;

  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly (string | undefined)[]>) {
    this.operands = operands;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  all(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).filter(value => value !== undefined);
  }
}

/**
 * @param usage What to read when a word is wrong: `retry-lint --help`.
 * @throws CliError at the first word that means nothing.
 */
export function readArguments(argv: readonly string[], options: readonly OptionSyntax[], usage: string): Arguments {
  // Most runs name a file and no more, and the parser takes a tenth of their time.
  if (!argv.some(word => word.startsWith('-'))) return new Arguments(argv, new Map());
  const byName = new Map(
    options.flatMap(option => [option.name, option.short ?? option.name].map(name => [name, option])),
  );
  const {tokens} = parseArgs({
    args: [...argv],
    // What it is not told of takes no value, which is all that it has to know of most.
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
    if (option === undefined) throw new CliError(unknownOption(token.rawName, options, usage));
    checkValue(option, token.rawName, token.value);
    values.set(option.name, [...(values.get(option.name) ?? []), token.value]);
  }
  for (const [name, given] of values) {
    if (given.length > 1 && byName.get(name)?.value !== undefined && !byName.get(name)?.many)
      throw new CliError(`--${name} was given ${given.length} times; it takes one value.`);
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
    throw new CliError(`${raw} takes no value, got ${JSON.stringify(value)}.`);
  if (meaning !== undefined && !optionalValue && (value === undefined || value === ''))
    throw new CliError(`${raw} needs a value: ${raw} ${meaning}.`);
  if (values !== undefined && value !== undefined && !values.includes(value)) {
    const near = nearest(value, values);
    const suggestion = near === undefined ? '' : `; did you mean ${near}?`;
    throw new CliError(`${raw} must be one of ${values.join(', ')}, got ${JSON.stringify(value)}${suggestion || '.'}`);
  }
}

function unknownOption(raw: string, options: readonly OptionSyntax[], usage: string): string {
  const near = nearest(
    raw.replace(/^-+/, ''),
    options.map(({name}) => name),
  );
  return `Unknown option ${raw}; ${near === undefined ? `"${usage}" lists them.` : `did you mean --${near}?`}`;
}
