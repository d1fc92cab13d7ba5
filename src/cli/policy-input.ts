/** A policy that an argument names: a file, or a preset. Apart from the engine, which not every command needs. */
import {checkExtends} from '../policy/resolve.ts';
import {nearest} from '../policy/suggestions.ts';
import type {PolicyInput} from '../policy/types.ts';
import {UsageError} from './usage-error.ts';

/** `./steadfetch:llm` is a file. */
export const isPreset = (policy: string): boolean => policy.startsWith('steadfetch:');

/**
 * The policy as it was written, with the files that it extends.
 *
 * @param option What messages call the argument.
 * @throws UsageError for an unknown preset, and for standard input; SteadfetchError for a file that cannot be read or does not hold a policy.
 */
export async function readPolicyInput(policy: string, option = '--policy'): Promise<PolicyInput> {
  if (policy === '-')
    throw new UsageError('Standard input (-) cannot be the policy: name a file, or a preset such as steadfetch:llm.');
  // The parsers of files are loaded by those only who name a file.
  if (!isPreset(policy)) return (await import('../load.ts')).loadPolicy(policy);
  const [problem] = checkExtends(policy, option, nearest);
  if (problem !== undefined) throw new UsageError(`${problem.path} ${problem.message}`);
  return {extends: [policy]};
}
