import {isModelRoute} from '../analysis/model-route.ts';
import {buildsOn} from '../analysis/presets.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const lateColdStart: Rule = builtIn('RL317', {
  needs: ['endpoints'],
  fields: ['deadlineMs', 'endpoints'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const {deadlineMs, endpoints} = scope.policy;
    if (deadlineMs === null || deadlineMs > LOAD_MS || endpoints?.length !== 1) return;
    const [{name, readyPath}] = endpoints as readonly [(typeof endpoints)[number]];
    if (!readyPath || !(MODEL_READY.test(readyPath) || isModelRoute(scope) || buildsOn(scope, 'steadfetch:llm')))
      return;
    yield {
      at: 'deadlineMs',
      message: `A call that finds ${name} not ready waits until its deadline of ${scope.dialect.words.ms(deadlineMs)}, and to load a model takes minutes: if ${name} scales to zero, the calls that start it are refused. Raise deadlineMs, if it does.`,
      related: [{at: 'endpoints', message: 'The endpoint is listed here.'}],
    };
  },
});

/** Two minutes: less than a model of tens of gigabytes takes from a disk on the network. */
const LOAD_MS = 120_000;

/** The readiness of a model server in the Open Inference Protocol: KServe, Triton, OpenVINO. */
const MODEL_READY = /^\/v2\/(?:health|models\/[^/]+)\/ready$/;
