/** Policies to begin with. */
import {NO_POLICY, type Policy, type State} from './state.ts';

export interface Example extends Policy {
  readonly title: string;
  /** The scenario that shows what the policy does. Without one it is linted alone: it is no policy of steadfetch. */
  readonly scenario?: string;
}

export const examples: readonly [Example & {readonly scenario: string}, ...Example[]] = [
  {
    title: 'Retries that keep a service down',
    name: 'careless',
    format: 'json',
    scenario: 'spike',
    text: `{
  "version": 1,
  "name": "careless",
  "maxAttempts": 8,
  "deadlineMs": null,
  "attemptTimeoutMs": 3000,
  "backoff": {"kind": "exponential", "baseMs": 50, "jitter": "none"},
  "budget": null,
  "breaker": null,
  "routes": [
    {"match": {"methods": ["POST"], "path": "/v1/orders"}, "retryOn": [429, 503]}
  ]
}
`,
  },
  {
    title: 'The defaults',
    name: 'defaults',
    format: 'json',
    scenario: 'outage',
    text: `{
  "version": 1,
  "name": "defaults"
}
`,
  },
  {
    title: 'A user is waiting',
    name: 'checkout',
    format: 'json',
    scenario: 'slow-tail',
    text: `{
  "version": 1,
  "name": "checkout",
  "extends": ["steadfetch:interactive"],
  // The slowest of a hundred requests takes 900 ms.
  "attemptTimeoutMs": 1500,
  "deadlineMs": 6000,
  "hedge": {"delayMs": 250, "maxHedges": 1},
  "routes": [
    {
      "name": "orders",
      "match": {"methods": ["POST"], "path": "/v1/orders"},
      "idempotency": {"header": "Idempotency-Key", "methods": ["POST"]}
    }
  ]
}
`,
  },
  {
    title: 'A model endpoint, in YAML',
    name: 'model',
    format: 'yaml',
    scenario: 'quota-burst',
    text: `version: 1
name: model
extends: ["steadfetch:llm"]
deadlineMs: 300000
attemptTimeoutMs: 120000
quota:
  learn: true
  maxWaitMs: 60000
`,
  },
  {
    title: 'Timeouts that do not fit',
    name: 'timeouts',
    format: 'json',
    scenario: 'brownout',
    text: `{
  "version": 1,
  "name": "timeouts",
  "maxAttempts": 5,
  "deadlineMs": 5000,
  "attemptTimeoutMs": 4000,
  "backoff": {"kind": "constant", "delayMs": 2000}
}
`,
  },
  {
    title: 'A Python program that calls a model',
    name: 'summarize',
    format: 'python',
    text: `import time

import requests
from openai import OpenAI
from tenacity import retry, stop_after_attempt, wait_exponential

client = OpenAI()


@retry(stop=stop_after_attempt(5), wait=wait_exponential(multiplier=1, min=4, max=10))
def summarize(text):
    answer = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content


def predict(features):
    for attempt in range(4):
        try:
            response = requests.post("https://models.example/predict", json=features)
            response.raise_for_status()
            return response.json()
        except Exception:
            time.sleep(0.2 * 2**attempt)
    return None
`,
  },
  {
    title: "LiteLLM's config.yaml",
    name: 'litellm',
    format: 'yaml',
    text: `model_list:
  - model_name: gpt
    litellm_params:
      model: openai/gpt-4.1
      max_retries: 5
router_settings:
  num_retries: 5
`,
  },
];

export const stateOf = ({name, format, text, scenario}: Example): State => ({
  policies: [{name, format, text}],
  active: 0,
  scenario: scenario ?? examples[0].scenario,
  ownScenario: '',
  compared: [NO_POLICY, ...(scenario === undefined ? [] : [name]), 'steadfetch:default'],
});

/** What a new policy begins with. */
export const NEW_POLICY: Policy = {name: 'policy', format: 'json', text: '{\n  "version": 1\n}\n'};
