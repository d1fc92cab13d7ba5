/**
 * Reads policies from files, for Node: JSON with or without comments, and YAML. `extends` is followed from file to file. A file is
 * read once, when the client is made, and never during a call.
 *
 * @module
 */
import type {PolicyInput} from './policy/types.ts';
import {readPolicyFiles, readPolicySync} from './policy-files/policy-files.ts';

export type {PolicyInput} from './policy/types.ts';

/**
 * Reads a policy and every file that it extends, and merges them into one policy without `extends`.
 *
 * @param path A .json, .jsonc, .yaml or .yml file. Paths in `extends` are relative to the file that has them.
 * @throws SteadfetchError with code POLICY_FILE if a file cannot be read or parsed, or extends itself.
 * @throws InvalidPolicyError naming every wrong field and its file.
 *
 * @example
 * const api = ky.extend(resilience(await loadPolicy(new URL('./policy.yaml', import.meta.url))));
 */
export async function loadPolicy(path: string | URL): Promise<PolicyInput> {
  return (await readPolicyFiles(path)).policy;
}

/** `loadPolicy`, synchronously: for a program that reads its configuration while it starts. */
export function loadPolicySync(path: string | URL): PolicyInput {
  return readPolicySync(path);
}
