/** Stands for lint/config-file/plugins.ts, which is a chunk, because few workspaces have rules of their own. */

import type {loadPlugin as load} from '../../config-file/plugins.ts';

export async function loadPlugin(...call: Parameters<typeof load>): ReturnType<typeof load> {
  return (await import('../../config-file/plugins.ts')).loadPlugin(...call);
}
