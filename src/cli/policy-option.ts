/** The value of `--policy`: a file, or the name of a preset. */
import {handleOf} from '../client/define-policy.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {loadPolicy} from '../load.ts';
import {checkExtends} from '../policy/resolve.ts';
import {UsageError} from './usage-error.ts';

/** `./steadfetch:llm` is a file. */
export const isPreset = (policy: string): boolean => policy.startsWith('steadfetch:');

/** @throws UsageError for an unknown preset; SteadfetchError for a file that cannot be read or does not hold a policy. */
export async function readPolicy(policy: string): Promise<PolicyHandle> {
  if (!isPreset(policy)) return handleOf(await loadPolicy(policy));
  const [problem] = checkExtends(policy, '--policy');
  if (problem !== undefined) throw new UsageError(`${problem.path} ${problem.message}`);
  return handleOf({extends: [policy]});
}
