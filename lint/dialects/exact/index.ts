/** The dialects of configurations, in one part: that of LiteLLM, and of proxies, workflows and gRPC. */

import type {Dialect} from '../dialect.ts';
import {litellm} from '../litellm/litellm.ts';
import {argo} from './argo.ts';
import {dapr} from './dapr.ts';
import {envoy} from './envoy.ts';
import {envoyGateway, gatewayApi} from './gateways.ts';
import {grpc} from './grpc.ts';
import {istio} from './istio.ts';
import {resilience4j} from './resilience4j.ts';
import type {ExactName} from './signs.ts';
import {stepFunctions} from './step-functions.ts';

export const exactDialects: Readonly<Record<ExactName | 'litellm', Dialect>> = {
  litellm,
  grpc,
  'step-functions': stepFunctions,
  istio,
  envoy,
  'gateway-api': gatewayApi,
  'envoy-gateway': envoyGateway,
  argo,
  dapr,
  resilience4j,
};
