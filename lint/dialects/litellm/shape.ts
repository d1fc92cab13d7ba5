/** Reads a group of models: what its deployments, the router and LiteLLM set together. */

import type {EndpointInput, PolicyInput, RetryTrigger} from '../../../src/policy/types.ts';
import type {Shape, UnitData} from '../../shape/shape.ts';
import type {Place} from '../../source/places.ts';
import type {Unit} from '../../source/unit.ts';
import {most, retriesOf, retryPolicyOf, type Setting, timeoutOf} from './settings.ts';
import {configOf, groupOf} from './units.ts';

/** Errors that the router retries where no retry policy says otherwise; besides, a 409. */
const RETRIED: readonly RetryTrigger[] = [408, 429, '5xx', 'network', 'timeout'];

/** What the router does where a file sets nothing. */
export const DEFAULTS: PolicyInput = {
  maxAttempts: 3,
  attemptTimeoutMs: 6_000_000,
  retryOn: [409, ...RETRIED],
  // At most: it waits 0.5 s, 1 s and so on up to 8 s, and as much as 0.75 s more, or not at all while another deployment is healthy.
  backoff: {kind: 'exponential', baseMs: 1250, factor: 2, capMs: 8750},
};

/** Errors of a retry policy that no retry changes, by their status. 422 stands for a prompt that a filter refused, so that it is an entry of its own. */
export const REFUSALS: Readonly<Record<string, RetryTrigger>> = {
  BadRequestError: 400,
  AuthenticationError: 401,
  NotFoundError: 404,
  ContentPolicyViolationError: 422,
};

/** Errors that another deployment, with another key, may not have. */
const OF_ONE_DEPLOYMENT: readonly RetryTrigger[] = [401, 404];

export function shapeOf(unit: Unit): Shape {
  const {at, groups, problems, targets, hasTimeouts} = configOf(unit);
  const name = groupOf(unit);
  const paths = groups.get(name)!;
  const deployments = paths.map(path => `${path}.litellm_params.`);
  const data: {-readonly [Key in keyof UnitData]: UnitData[Key]} = {name};
  const places = new Map<string, Place>();
  const names = new Map<string, string>();
  const unknown = new Set<string>();
  const put = (
    path: 'maxAttempts' | 'attemptTimeoutMs',
    {value, place}: Setting,
    convert: (value: number) => number,
  ) => {
    if (place === undefined) return;
    places.set(path, place);
    names.set(path, String(place.segments.at(-1)));
    if (Number.isNaN(value)) unknown.add(path);
    else data[path] = convert(value);
  };

  const timeouts = deployments.map(path => timeoutOf(at, path));
  const known = timeouts.filter(timeout => timeout !== undefined);
  const endless = hasTimeouts ? paths[timeouts.indexOf(undefined)] : undefined;
  const top =
    (endless === undefined ? undefined : at(endless)) ??
    at('litellm_settings') ??
    at('router_settings') ??
    at('model_list')!;
  places.set('', top);
  if (known.length === timeouts.length) put('attemptTimeoutMs', most(known), seconds => seconds * 1000);

  const policy = retryPolicyOf(at, name);
  put('maxAttempts', retriesOf(at, deployments, policy?.retries), retries => Math.max(0, Math.floor(retries)) + 1);
  const refusals = Object.entries(REFUSALS).flatMap(([error, trigger]) => {
    const setting = policy?.retries.get(`${error}Retries`);
    const isHelpful = deployments.length > 1 && OF_ONE_DEPLOYMENT.includes(trigger);
    if (setting?.place === undefined || !(setting.value > 0) || isHelpful) return [];
    const {place} = setting;
    // The entry is the error, and not how often it is retried.
    return {trigger, place: {...place, node: {kind: 'scalar' as const, span: place.node.span, value: error}}};
  });
  if (policy !== undefined && refusals.length > 0) {
    data.retryOn = [...refusals.map(({trigger}) => trigger), ...RETRIED];
    places.set('retryOn', policy.place);
    for (const [index, {place}] of refusals.entries()) places.set(`retryOn[${index}]`, place);
  }

  const endpoints = deployments.flatMap(path => endpointOf(at(`${path}api_base`)));
  if (endpoints.length > 0) data.endpoints = endpoints.map(({endpoint}) => endpoint);
  for (const [index, {place}] of endpoints.entries()) {
    places.set('endpoints', place);
    places.set(`endpoints[${index}].origin`, place);
  }
  const own = targets.get(name);
  return {unit, data, places, names, unknown, problems, invalid: NONE, routes: [], ...(own && {targets: own})};
}

const NONE: ReadonlySet<string> = new Set();

function endpointOf(place: Place | undefined): {place: Place; endpoint: EndpointInput}[] {
  const url = place?.node.kind === 'scalar' ? URL.parse(String(place.node.value)) : null;
  if (place === undefined || url === null || !/^https?:$/.test(url.protocol)) return [];
  return [{place, endpoint: {name: url.host, origin: url.origin}}];
}
