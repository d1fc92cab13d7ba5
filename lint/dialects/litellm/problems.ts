/** Settings that LiteLLM does not read where they stand, and lists of fallbacks with which it does not start. */

import {joinPath} from '../../../src/policy/format.ts';
import {likenessOf} from '../../shape/likeness.ts';
import type {ShapeProblem} from '../../shape/shape.ts';
import type {Place} from '../../source/places.ts';
import type {At} from './at.ts';
import {ERRORS} from './settings.ts';
import {isTemplate, itemsOf, listOf} from './targets.ts';

const FALLBACKS = 'fallbacks context_window_fallbacks content_policy_fallbacks default_fallbacks max_fallbacks';

/** The settings about retries of each object, and the names of others that people write there instead. */
const SETTINGS: Readonly<Record<string, readonly [known: string, meant: Readonly<Record<string, string>>]>> = {
  router_settings: [
    `num_retries timeout stream_timeout retry_after retry_policy model_group_retry_policy allowed_fails allowed_fails_policy cooldown_time ${FALLBACKS}`,
    {max_retries: 'num_retries', request_timeout: 'timeout'},
  ],
  litellm_settings: [
    `num_retries request_timeout allowed_fails callbacks ${FALLBACKS}`,
    {max_retries: 'num_retries', timeout: 'request_timeout'},
  ],
  'router_settings.retry_policy': [[...ERRORS].join(' '), {}],
};

/** @param deployments The paths of the deployments. */
export function problemsOf(at: At, deployments: readonly string[]): ShapeProblem[] {
  return [
    ...Object.keys(SETTINGS).flatMap(path => unreadIn(at, path)),
    ...['fallbacks', 'content_policy_fallbacks'].flatMap(key => itemsOf(at, listOf(at, key)).flatMap(wrongEntry)),
    ...wrongDefault(at('router_settings.default_fallbacks') ?? at('litellm_settings.default_fallbacks')),
    ...deployments.flatMap(path => missingModel(at, path)),
  ];
}

/** Only slips and known mix-ups: LiteLLM has hundreds of settings. */
function unreadIn(at: At, path: string): ShapeProblem[] {
  const [known, mixedUp] = SETTINGS[path]!;
  const names = known.split(' ');
  const {node} = at(path) ?? {};
  const written = node?.kind === 'object' ? node.properties.map(({key}) => key) : [];
  return written.flatMap(key => {
    const meant = names.includes(key)
      ? undefined
      : Object.hasOwn(mixedUp, key)
        ? mixedUp[key]
        : names.find(name => !written.includes(name) && likenessOf(key, name) !== 'other');
    const place = at(joinPath(path, key));
    if (meant === undefined || place === undefined) return [];
    const message = `is not a setting that LiteLLM reads here; did you mean "${meant}"?`;
    const isFree = !written.includes(meant);
    return {kind: 'unknown-field', path: place.path, place, message, meant: isFree ? meant : undefined, ignored: true};
  });
}

const wrong = (place: Place, message: string): ShapeProblem => ({
  kind: 'wrong-value',
  path: place.path,
  place,
  message: `${message}: LiteLLM does not start`,
  meant: undefined,
});

/** A fallback of a request may also be its parameters, such as `model`. */
function wrongEntry(place: Place): ShapeProblem[] {
  const {node} = place;
  const [only, ...others] = node.kind === 'object' ? node.properties : [];
  const isRight =
    isUnknown(place) ||
    (only !== undefined && others.length === 0 && (only.value.kind === 'list' || only.key === 'model'));
  return isRight ? [] : [wrong(place, 'must map one model_name to a list of others')];
}

const wrongDefault = (place: Place | undefined): ShapeProblem[] =>
  place?.node.kind === 'scalar' && !isUnknown(place) ? [wrong(place, 'must be a list of model_names')] : [];

/** Whether a text comes from the environment or a template. */
const isUnknown = (place: Place | undefined): boolean =>
  place?.node.kind === 'scalar' && isTemplate(String(place.node.value));

function missingModel(at: At, path: string): ShapeProblem[] {
  const params = `${path}.litellm_params`;
  if (at(`${params}.model`) !== undefined || isUnknown(at(params))) return [];
  const place = at(params) ?? at(path);
  return [
    {
      kind: 'missing-field',
      path: `${params}.model`,
      place,
      message: 'is missing: LiteLLM does not start',
      meant: undefined,
    },
  ];
}
