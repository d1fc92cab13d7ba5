/** The settings of a deployment, in the order in which the router asks for them. */

import {joinPath} from '../../../src/policy/format.ts';
import type {Place} from '../../source/places.ts';
import type {At} from './at.ts';

/** A number of the file. NaN if it is not known: `os.environ/TIMEOUT`. */
export interface Setting {
  readonly value: number;
  /** Undefined for a default. */
  readonly place?: Place;
}

export function settingAt(at: At, path: string): Setting | undefined {
  const place = at(path);
  if (place === undefined) return undefined;
  const value = place.node.kind === 'scalar' && place.node.value !== '' ? Number(place.node.value) : Number.NaN;
  return {place, value: Number.isFinite(value) ? value : Number.NaN};
}

/** The setting that decides among several: one that is not known, else the largest. */
export const most = (settings: readonly Setting[]): Setting =>
  settings.reduce((best, next) => (Number.isNaN(best.value) || best.value >= next.value ? best : next));

/**
 * The timeout of a deployment, whose path ends in a dot. Of the two above it, that of litellm_settings wins, and 0 counts as none. A timeout of
 * streams alone counts for nothing: other calls do not have it.
 */
export function timeoutOf(at: At, deployment: string): Setting | undefined {
  const paths = [
    `${deployment}timeout`,
    `${deployment}request_timeout`,
    'litellm_settings.request_timeout',
    'router_settings.timeout',
  ];
  // Parameters that come from a template as a whole may have one.
  const place = at(deployment.slice(0, -1));
  if (place?.node.kind === 'scalar') return {place, value: Number.NaN};
  for (const path of paths) {
    const setting = settingAt(at, path);
    if (setting !== undefined && setting.value !== 0) return setting;
  }
  return undefined;
}

/** The retries by error of a group: its own policy, else that of the router. */
export function retryPolicyOf(
  at: At,
  group: string,
): {readonly place: Place; readonly retries: ReadonlyMap<string, Setting>} | undefined {
  const place = at(joinPath('router_settings.model_group_retry_policy', group)) ?? at('router_settings.retry_policy');
  if (place?.node.kind !== 'object') return undefined;
  const retries = new Map<string, Setting>();
  for (const {key} of place.node.properties) {
    const setting = settingAt(at, joinPath(place.path, key));
    if (setting !== undefined && ERRORS.has(key)) retries.set(key, setting);
  }
  return {place, retries};
}

/** The fields of a retry policy. */
export const ERRORS: ReadonlySet<string> = new Set(
  'BadRequestError AuthenticationError TimeoutError RateLimitError ContentPolicyViolationError InternalServerError ServiceUnavailableError NotFoundError Default'
    .split(' ')
    .map(error => `${error}Retries`),
);

const DEFAULT_RETRIES: Setting = {value: 2};

/** The most retries that a call to a group can get. */
export function retriesOf(
  at: At,
  deployments: readonly string[],
  policy: ReadonlyMap<string, Setting> | undefined,
): Setting {
  const shared =
    settingAt(at, 'router_settings.num_retries') ?? settingAt(at, 'litellm_settings.num_retries') ?? DEFAULT_RETRIES;
  // A retry policy decides before num_retries, and DefaultRetries stands for every error that it does not name.
  const others = policy?.has('DefaultRetries')
    ? []
    : deployments.map(path => settingAt(at, `${path}num_retries`) ?? shared);
  return most([...others, ...(policy?.values() ?? [])]);
}
