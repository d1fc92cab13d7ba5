import {runBatch} from 'steadfetch/batch';
import {createFetch as bareFetch} from 'steadfetch/core';
import {createFetch, definePolicy, type PolicyHandle} from 'steadfetch/fetch';
import {grpcInterceptor, toServiceConfig} from 'steadfetch/grpc';
import {resilience} from 'steadfetch/ky';
import {definePolicy as defineUnchecked, createFetch as uncheckedFetch} from 'steadfetch/unchecked';
import {resilienceInterceptor} from 'steadfetch/undici';
import policy from './policy.json' with {type: 'json'};

const handle: PolicyHandle = definePolicy(policy);
handle.replace(policy);

export const adapters: readonly unknown[] = [
  createFetch(policy),
  createFetch(policy, {on: event => console.log(event.type)}),
  createFetch({...policy, maxAttempts: 2}),
  bareFetch(policy),
  resilience(policy),
  resilienceInterceptor(policy),
  grpcInterceptor(policy),
  toServiceConfig(policy),
  defineUnchecked(policy),
  uncheckedFetch(policy),
  runBatch(['a'], async item => item, {policy, onResult: result => console.log(result.index)}),
];
