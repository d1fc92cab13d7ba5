/** By what files of proxies, workflows and gRPC are found, before any code for them is loaded. */

import type {DialectSign} from '../dialect.ts';

const JSON_FILE = /\.json$/i;
const FILE = /\.(?:ya?ml|json)$/i;
const STATES_FILE = /\.(?:ya?ml|json|asl)$/i;

/** Helm in a file of Argo, which has `{{inputs.parameters.x}}` of its own. */
const HELM = /\{\{-?\s*(?:[.$"`]|(?:if|else|range|with|include|template|define|end|toYaml|tpl)\b)|\{%/;

const sign = (
  name: string,
  layer: DialectSign['layer'],
  names: RegExp,
  words: readonly RegExp[],
  template?: RegExp,
): DialectSign => ({
  name,
  layer,
  names,
  wants: (path, text) => names.test(path) && words.every(word => word.test(text)),
  ...(template && {template}),
});

/** By their names in reports and settings. */
export type ExactName =
  | 'grpc'
  | 'step-functions'
  | 'istio'
  | 'envoy'
  | 'gateway-api'
  | 'envoy-gateway'
  | 'argo'
  | 'dapr'
  | 'resilience4j';

export const exactSigns: Readonly<Record<ExactName, DialectSign>> = {
  grpc: sign('grpc', 'policy', JSON_FILE, [
    /"(?:method_?config|retry_?policy)"\s*:/i,
    /"(?:retryable|nonFatal|non_fatal|retryable_)_?status_?codes"\s*:|"retry_?throttling"\s*:/i,
  ]),
  'step-functions': sign(
    'step-functions',
    'workflow',
    STATES_FILE,
    [/(?:^|["\s])StartAt["\s]*:/, /["\s]States["\s]*:/, /["\s]Retry["\s]*:/],
    // JSONata stands between {% and %}.
    /\{\{/,
  ),
  istio: sign('istio', 'mesh', FILE, [
    /\bnetworking\.istio\.io\//,
    /\bkind["\s]*:\s*"?VirtualService\b/,
    /\bretries["\s]*:/,
  ]),
  envoy: sign('envoy', 'mesh', FILE, [/\bretry_policy["\s]*:/, /\b(?:routes|domains)["\s]*:/]),
  'gateway-api': sign('gateway-api', 'mesh', FILE, [
    /\bgateway\.networking\.k8s\.io\//,
    /\bkind["\s]*:\s*"?HTTPRoute\b/,
    /\bretry["\s]*:/,
  ]),
  'envoy-gateway': sign('envoy-gateway', 'mesh', FILE, [
    /\bgateway\.envoyproxy\.io\//,
    /\bkind["\s]*:\s*"?BackendTrafficPolicy\b/,
    /\bretry["\s]*:/,
  ]),
  argo: sign('argo', 'workflow', FILE, [/\bargoproj\.io\//, /\bretryStrategy["\s]*:/], HELM),
  dapr: sign('dapr', 'mesh', FILE, [/\bdapr\.io\//, /\bkind["\s]*:\s*"?Resiliency\b/]),
  resilience4j: sign(
    'resilience4j',
    'code',
    FILE,
    [/\bresilience4j\b/, /\bretry["\s]*:/],
    // Maven fills in what stands between two @.
    /\{[{%]|:\s+@[\w.-]+@/,
  ),
};
