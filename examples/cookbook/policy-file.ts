/**
 * Keep the policy in a file
 *
 * `loadPolicy` reads JSON, JSON with comments and YAML, and follows `extends`. retry-lint checks the same file in CI.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';
import {loadPolicy} from '../../src/load.ts';

export const createClient = async (file: string): Promise<ResilientFetch> => createFetch(await loadPolicy(file));
