/** Headers from the command line, with secrets from the environment, where no list of processes shows them. */
import {UsageError} from './usage-error.ts';

/** The name in lower case, and the value. */
export type HeaderPair = readonly [name: string, value: string];

/**
 * @param option What messages call the argument.
 * @throws UsageError, which never repeats a value.
 */
export function readHeader(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  option = '--header',
): HeaderPair {
  const [, name, written] = /^([^:\s]+):[ \t]*(.*)$/s.exec(text) ?? [];
  if (name === undefined || written === undefined) throw new UsageError(`${option} must be 'Name: value'.`);
  const value = expanded(written, env, `${option} ${name}`);
  try {
    new Headers([[name, value]]);
  } catch {
    throw new UsageError(`${option} ${name} holds a character that no header may hold.`);
  }
  return [name.toLowerCase(), value];
}

/**
 * Replaces each `${NAME}` by the variable of the environment.
 *
 * @param option What messages call the option.
 * @throws UsageError
 */
export function expanded(text: string, env: Readonly<Record<string, string | undefined>>, option: string): string {
  return text.replaceAll(/\$\{([^${}]*)\}/g, (_, variable: string) => {
    const found = env[variable];
    if (found === undefined)
      throw new UsageError(`${option} asks for the environment variable ${variable}, which is not set.`);
    return found;
  });
}
