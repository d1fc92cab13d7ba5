/** The groups that are measured in processes of their own, in the order of the tables. */
import type {Group} from './subject.ts';

export const SUBJECT_GROUPS = [
  'stub',
  'loopback-fetch',
  'loopback-ky',
  'undici',
  'event-streams',
  'grpc',
  'retried',
  'open-breaker',
  'pending',
  'quota',
  'shared-guards',
  'tracing',
  'growth',
] as const;

export async function loadGroup(name: string): Promise<Group> {
  const {group} = (await import(`./groups/${name}.ts`)) as {group: Group};
  return group;
}
