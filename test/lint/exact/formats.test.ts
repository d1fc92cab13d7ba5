/** Files of proxies, workflows and gRPC: how they are found, what their defaults mean, and what is said about them. */

import {expect} from 'chai';
import {exactSigns} from '../../../lint/dialects/exact/signs.ts';
import {fixText} from '../../../lint/fix.ts';
import {sniff} from '../../../lint/io/sniff.ts';
import {lintText} from '../../../lint/lint.ts';

const request = (path: string, text: string) => ({path, files: {[path]: text}});

async function said(path: string, text: string): Promise<string[]> {
  const {findings} = await lintText(request(path, text));
  return findings.map(({code, severity, pointer}) => `${severity} ${code} ${pointer}`);
}

const fixed = async (path: string, text: string, unsafe = true): Promise<string> =>
  (await fixText(request(path, text), {unsafe})).text;

const GRPC_RETRY =
  '"retryPolicy": {"maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["INTERNAL"]}';
const grpc = (entry: string): string => `{"methodConfig": [{${entry}}]}`;

const machine = (state: string): string =>
  `{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", ${state}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A"}]}}}`;
const FULL = '"JitterStrategy": "FULL"';

const istio = (route: string, name = 'a'): string =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${name}}\nspec:\n  http:\n    - ${route}\n`;

describe('files of exact formats', () => {
  const signs = Object.values(exactSigns);
  const wanted = (path: string, text: string): string[] =>
    (sniff(path, text, signs)?.dialects ?? []).map(({name}) => name);

  it('are known by words in their text, before they are parsed', () => {
    expect(wanted('a.json', grpc(GRPC_RETRY))).to.deep.equal(['grpc']);
    expect(wanted('a.json', '{"methodConfig": []}')).to.deep.equal([]);
    expect(wanted('a.json', '{"retryPolicy": {"count": 3}}')).to.deep.equal([]);
    expect(wanted('a.asl', machine('"Retry": []'))).to.deep.equal(['step-functions']);
    expect(wanted('a.json', '{"States": ["Ohio"], "StartAt": 3}')).to.deep.equal([]);
    expect(wanted('a.yaml', istio('retries: {attempts: 1}'))).to.deep.equal(['istio']);
    expect(wanted('a.yaml', istio('timeout: 3s'))).to.deep.equal([]);
    expect(wanted('a.md', istio('retries: {attempts: 1}'))).to.deep.equal([]);
  });

  it('are left out as templates where another program fills them in, but not for braces of their own', () => {
    const reason = (path: string, text: string) => sniff(path, text, signs)?.skip;
    expect(reason('a.yaml', istio('retries: {attempts: {{ .Values.retries }}}'))).to.equal('template');
    const argo = (limit: string) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {templates: [{retryStrategy: {limit: '${limit}'}}]}\n`;
    expect(reason('a.yaml', argo('{{inputs.parameters.x}}'))).to.equal(undefined);
    expect(reason('a.yaml', argo('{{ .Values.x }}'))).to.equal('template');
    expect(reason('a.yaml', argo('{{- if x }}'))).to.equal('template');
    expect(reason('a.asl.json', machine('"Retry": [], "Output": "{% $x %}"'))).to.equal(undefined);
    expect(reason('a.yml', 'resilience4j:\n  retry: {}\nversion: @project.version@\n')).to.equal('template');
  });

  it('may be resources in a list, as kubectl writes them', async () => {
    const route =
      'match: [{method: {exact: POST}}], timeout: 9s, retries: {attempts: 2, perTryTimeout: 2s, retryOn: 5xx}';
    const resources = [
      istio(`{${route}}`),
      'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: b}\nspec: {rules: [{retry: {attempts: 30}}]}\n',
      'apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: c}\nspec: {retry: {numRetries: 30}}\n',
      'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: d}\nspec: {templates: [{name: x, retryStrategy: {}}]}\n',
      'apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: {name: e}\nspec: {policies: {retries: {f: {duration: 1s}}}}\n',
    ];
    const alone = await Promise.all(resources.map(resource => said('a.yaml', resource)));
    for (const each of alone) expect(each).to.not.be.empty;
    for (const kind of ['List', 'VirtualServiceList']) {
      const items = resources.map(resource => `- ${resource.replaceAll('\n', '\n  ').trim()}\n`).join('');
      const inList = await said('a.yaml', `apiVersion: v1\nkind: ${kind}\nitems:\n${items}`);
      const expected = alone.flatMap((each, index) => each.map(one => one.replace(/ (?=\S+$)/, ` items[${index}].`)));
      expect(inList.sort()).to.deep.equal(expected.sort());
    }
    const json = JSON.stringify({
      kind: 'List',
      items: [{apiVersion: 'dapr.io/v1alpha1', kind: 'Resiliency', spec: {policies: {retries: {f: {maxRetries: 50}}}}}],
    });
    expect(await said('a.json', json)).to.include('error RL201 items[0].spec.policies.retries.f.maxRetries');
    expect(await fixed('a.json', json)).to.not.contain('"maxRetries":50');
  });

  it('that have no retrier have no policy, and are not taken for one of steadfetch', async () => {
    const texts = [
      ['a.json', '{"methodConfig": 3, "x": {"retryableStatusCodes": []}}'],
      ['a.json', '{"StartAt": "A", "States": {"A": {"Retry": 3}, "B": null}}'],
      [
        'a.yaml',
        'apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {http: [{retries: }, {retries: 3}, 4]}\n',
      ],
      ['a.yaml', 'x: {domains: [a], retry_policy: 3, routes: [{route: {retry_policy: {}}}]}\n'],
      ['a.yaml', 'apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nspec: 3\n'],
      ['a.yaml', 'resilience4j: {retry: {instances: 3}}\n'],
    ] as const;
    for (const [path, text] of texts) expect(await said(path, text), text).to.deep.equal([]);
  });
});

describe('a service config of gRPC', () => {
  const name = '"name": [{"service": "a.Shop", "method": "CreateOrder"}]';

  it('needs no timeout, which callers set, and its methods are judged all the same', async () => {
    expect(await said('a.json', grpc(`${name}, ${GRPC_RETRY}`))).to.deep.equal(['error RL101 methodConfig[0].name[0]']);
  });

  it('may name a code by its number', async () => {
    const text = grpc(`${name}, ${GRPC_RETRY.replace('"INTERNAL"', '14')}`);
    expect(await said('a.json', text)).to.deep.equal([]);
  });

  it('is refused without one of its fields, but not where Google generates clients from it', async () => {
    const text = grpc(`${name}, ${GRPC_RETRY.replace('"maxAttempts": 3, ', '').replace('INTERNAL', 'UNAVAILABLE')}`);
    expect(await said('a.json', text)).to.deep.equal(['error RL005 methodConfig[0].retryPolicy.maxAttempts']);
    expect(await said('shop_grpc_service_config.json', text)).to.deep.equal([]);
  });

  it('is lowered to five attempts, and the fix says so', async () => {
    const text = grpc(`${name}, ${GRPC_RETRY.replace('3', '9').replace('INTERNAL', 'UNAVAILABLE')}`);
    expect(await fixed('a.json', text)).to.equal(text.replace('9', '5'));
    // A channel may have a higher limit.
    expect(await fixed('a.json', text, false)).to.equal(text);
  });

  it('is refused with two ways of repeating a call', async () => {
    const text = grpc(
      `"name": [{"service": "a.B", "method": "Get"}], ${GRPC_RETRY}, "hedgingPolicy": {"maxAttempts": 2}`,
    );
    expect(await said('a.json', text)).to.deep.equal(['error RL401 methodConfig[0].hedgingPolicy']);
  });
});

describe('a state machine', () => {
  it('is read with numbers that Terraform fills in, of which nothing is known', async () => {
    const retry = `"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": \${attempts}, "IntervalSeconds": \${wait}, ${FULL}}]`;
    expect(await said('a.json', machine(retry))).to.deep.equal([]);
    expect(await said('a.json', machine(`"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": \${a b}\n}]`))).to.not.include(
      'error RL001 ',
    );
  });

  it('adds up the waits of all retriers of a state', async () => {
    const retrier = (error: string) =>
      `{"ErrorEquals": ["${error}"], "IntervalSeconds": 250, "MaxAttempts": 8, "BackoffRate": 1.01, "MaxDelaySeconds": 299, ${FULL}}`;
    expect(await said('a.json', machine(`"Retry": [${retrier('A')}]`))).to.deep.equal([]);
    expect(await said('a.json', machine(`"Retry": [${retrier('A')}, ${retrier('B')}]`))).to.deep.equal([
      'warning RL308 States.A.Retry[0].MaxDelaySeconds',
    ]);
  });

  it('gets jitter and a cap where its retriers have none', async () => {
    const text = machine('"Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 60, "MaxAttempts": 5}]');
    expect(await fixed('a.json', text)).to.equal(
      text.replace('"MaxAttempts": 5', '"MaxAttempts": 5, "JitterStrategy": "FULL", "MaxDelaySeconds": 300'),
    );
  });

  it('multiplies the attempts of a Map with those of its items', async () => {
    const inner = `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 3, ${FULL}}]}`;
    const text = `{"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": {"StartAt": "A", "States": {"A": ${inner}}},
      "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3, ${FULL}}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "M"}]}}}`;
    expect(await said('a.json', text)).to.include('error RL209 States.M.Retry[0]');
  });

  it('says nothing of a function that has no timeout, and of a callback that may never come', async () => {
    const retry = `"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1, ${FULL}}]`;
    expect(await said('a.json', machine(retry))).to.deep.equal([]);
    const waiting = machine(retry).replace('lambda:invoke', 'lambda:invoke.waitForTaskToken');
    expect(await said('a.json', waiting)).to.deep.equal(['warning RL301 States.A']);
    expect(await said('a.json', waiting.replace('"Retry"', '"HeartbeatSeconds": 60, "Retry"'))).to.deep.equal([]);
  });

  it('may send a POST with a key, or read', async () => {
    const retry = `"Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1, ${FULL}}], "TimeoutSeconds": 9`;
    const call = (parameters: string): string =>
      machine(`${retry}, "Parameters": {"ApiEndpoint": "https://a.example/v1/charges", ${parameters}}`).replace(
        'lambda:',
        'http:',
      );
    expect(await said('a.json', call('"Method": "POST"'))).to.deep.equal(['error RL101 States.A.Parameters.Method']);
    expect(await said('a.json', call('"Method": "POST", "Headers": {"Idempotency-Key": "x"}'))).to.deep.equal([]);
    expect(await said('a.json', call('"Method": "GET"'))).to.deep.equal([]);
  });
});

describe('a route of a proxy', () => {
  it('of Istio is for GET where each entry of its match says so', async () => {
    const retries = 'timeout: 9s, retries: {attempts: 2, perTryTimeout: 2s, retryOn: 5xx}';
    const both = '{method: {exact: GET}}, {method: {regex: "GET|HEAD"}}';
    expect(await said('a.yaml', istio(`{match: [${both}], ${retries}}`))).to.deep.equal([]);
    expect(await said('a.yaml', istio(`{match: [${both}, {uri: {prefix: /a}}], ${retries}}`))).to.deep.equal([
      'warning RL118 spec.http[0].retries.retryOn',
    ]);
  });

  it('of Istio may write conditions and statuses together, each with its own place', async () => {
    const text = istio('{timeout: 9s, retries: {attempts: 1, perTryTimeout: 2s, retryOn: "connect-failure, 503,404"}}');
    const {findings} = await lintText(request('a.yaml', text));
    const found = findings.find(({code}) => code === 'RL102');
    const line = text.split('\n')[found!.range.start.line - 1]!;
    expect(line.slice(found!.range.start.column - 1, found!.range.end.column - 1)).to.equal('404');
  });

  it('of Istio that names statuses alone retries no refused connection', async () => {
    const route = (retryOn: string) =>
      istio(`{match: [{method: {exact: GET}}], timeout: 9s, retries: {attempts: 2, retryOn: "${retryOn}"}}`);
    for (const retryOn of ['503', 'retriable-status-codes,502,503', '429,504'])
      expect(await said('a.yaml', route(retryOn)), retryOn).to.deep.equal(['info RL408 spec.http[0].retries.retryOn']);
    for (const retryOn of ['503,connect-failure', '503,reset', '5xx', '429', 'unavailable,503'])
      expect(await said('a.yaml', route(retryOn)), retryOn).not.to.include('info RL408 spec.http[0].retries.retryOn');
  });

  it('of Envoy has 15 s, one retry and durations in seconds', async () => {
    const envoy = (policy: string, more = '') =>
      `virtual_hosts:\n  - domains: [a]\n    routes:\n      - match: {prefix: /, headers: [{name: ":method", exact_match: GET}]}\n        route: {cluster: a, ${more}retry_policy: {${policy}}}\n`;
    expect(await said('a.yaml', envoy('retry_on: reset, per_try_timeout: 7s'))).to.deep.equal([]);
    expect(await said('a.yaml', envoy('retry_on: reset, num_retries: 2, per_try_timeout: 7s'))).to.deep.equal([
      'warning RL303 virtual_hosts[0].routes[0].route.retry_policy.per_try_timeout',
    ]);
    expect(await said('a.yaml', envoy('retry_on: reset, per_try_timeout: 250ms'))).to.deep.equal([
      'error RL003 virtual_hosts[0].routes[0].route.retry_policy.per_try_timeout',
    ]);
    expect(await said('a.yaml', envoy('retry_on: reset, per_try_timeout: 7s', 'timeout: 0s, '))).to.deep.equal([
      'warning RL302 virtual_hosts[0].routes[0].route.timeout',
    ]);
  });

  it('of Envoy is no retry policy of a remote source', async () => {
    const text = 'remote: {http_uri: {uri: a}, retry_policy: {num_retries: 50}}\nroutes: []\n';
    expect(await said('a.yaml', text)).to.deep.equal([]);
  });

  it('of Envoy Gateway is judged by its methods only where it is for a whole gateway', async () => {
    const policy = (kind: string) =>
      `apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nspec:\n  targetRefs: [{kind: ${kind}, name: a}]\n  retry: {retryOn: {triggers: [reset]}, perRetry: {timeout: 1s}}\n`;
    expect(await said('a.yaml', policy('HTTPRoute'))).to.deep.equal([]);
    expect(await said('a.yaml', policy('Gateway'))).to.deep.equal(['warning RL118 spec.retry.retryOn.triggers']);
  });
});

describe('policies by name', () => {
  const dapr = (policies: string, targets = '{apps: {a: {retry: few}}}'): string =>
    `apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nspec:\n  policies: ${policies}\n  targets: ${targets}\n`;

  it('of Dapr are raised to three retries where they are built in', async () => {
    const text = dapr('{retries: {DaprBuiltInServiceRetries: {policy: exponential, maxRetries: 1}}}', '{}');
    expect(await fixed('a.yaml', text)).to.equal(text.replace('maxRetries: 1', 'maxRetries: 3'));
  });

  it('of Dapr may be in another file, unless the name is nearly one of this file', async () => {
    const few = '{retries: {few: {policy: exponential, maxRetries: 2}}}';
    expect(await said('a.yaml', dapr(few, '{apps: {a: {retry: few}, b: {retry: other}}}'))).to.deep.equal([]);
    expect(await said('a.yaml', dapr(few, '{apps: {a: {retry: few}, b: {retry: fwe}}}'))).to.deep.equal([
      'error RL422 spec.targets.apps.b.retry',
    ]);
    expect(await said('a.yaml', dapr(few, '{}'))).to.deep.equal(['info RL405 spec.policies.retries.few']);
  });

  it('of Dapr have breakers that count what Dapr counts', async () => {
    const breaker = (trip: string) =>
      dapr(
        `{retries: {few: {policy: exponential, maxRetries: 2}}, circuitBreakers: {DefaultCircuitBreakerPolicy: {trip: ${trip}}}}`,
      );
    expect(await said('a.yaml', breaker('consecutiveFailures > 5 && requests > 10'))).to.deep.equal([]);
    expect(await said('a.yaml', breaker('consecutiveFailure > 5'))).to.deep.equal([
      'error RL212 spec.policies.circuitBreakers.DefaultCircuitBreakerPolicy.trip',
    ]);
  });

  it('of resilience4j are spelt as Spring allows, and fixed as the file spells them', async () => {
    const text = 'resilience4j.retry:\n  instances:\n    a:\n      wait-duration: 1s\n';
    expect(await said('a.yml', text)).to.deep.equal(['warning RL203 ["resilience4j.retry"].instances.a']);
    expect(await fixed('a.yml', text)).to.equal(`${text}      enable-randomized-wait: true\n`);
  });

  it('of resilience4j may build on what another file has', async () => {
    const text = 'resilience4j:\n  retry:\n    instances:\n      a: {baseConfig: shared}\n';
    expect(await said('a.yml', text)).to.deep.equal([]);
  });
});

describe('a step of Argo', () => {
  const step = (strategy: string, spec = ''): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n${spec}  templates: [{name: a, retryStrategy: {${strategy}}}]\n`;

  it('is unlimited only where nothing ends it', async () => {
    const endless = ['error RL201 spec.templates[0].retryStrategy'];
    expect(await said('a.yaml', step('backoff: {duration: 5s}'))).to.deep.equal(endless);
    for (const strategy of [
      "expression: 'false'",
      "expression: 'lastRetry.exitCode != 2'",
      "limit: '{{x}}'",
      'backoff: {maxDuration: 1h}',
    ])
      expect(await said('a.yaml', step(strategy)), strategy).to.deep.equal([]);
    expect(await said('a.yaml', step('backoff: {duration: 5s}', '  activeDeadlineSeconds: 9\n'))).to.deep.equal([]);
  });

  it('gets a limit where the limit belongs', async () => {
    const text = step('backoff: {duration: 5s}');
    expect(await fixed('a.yaml', text)).to.equal(text.replace('5s}}', '5s}, "limit": 2}'));
  });
});

describe('misspelt names', () => {
  const unknown = async (path: string, text: string): Promise<string[]> => {
    const {findings} = await lintText(request(path, text));
    return findings
      .filter(({code}) => code === 'RL004')
      .map(({message}) => /\S+(?= is not).*"(.+)"/.exec(message)!)
      .map(([all, meant]) => `${all.split(' ')[0]} ${meant}`);
  };

  it('are said of resilience4j, as the file spells the others', async () => {
    const file = (fields: string): string => `resilience4j:\n  retry:\n    instances:\n      a: {${fields}}\n`;
    const at = 'resilience4j.retry.instances.a.';
    expect(await unknown('a.yaml', file('maxAttemps: 3, waitDuraton: 1s, other: 1'))).to.deep.equal([
      `${at}maxAttemps maxAttempts`,
      `${at}waitDuraton waitDuration`,
    ]);
    expect((await unknown('a.yaml', file('max-attemps: 3, wait-duration: 1s'))).join()).to.match(
      /max-attemps.* max-attempts$/,
    );
    expect(
      await unknown('a.yaml', file('max_attempts: 3, waitduration: 1s, enable-randomized-wait: true, baseConfig: x')),
    ).to.deep.equal([]);
    expect(await fixed('a.yaml', file('maxAttemps: 3, enableRandomizedWait: true'))).to.contain('maxAttempts: 3');
  });

  it('are said of Envoy Gateway, at each depth', async () => {
    const text = `apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nspec: {retry: {numRetrys: 3, retryOn: {httpStatusCods: [503], trigers: [reset]}, perRetry: {timout: 3s, backOff: {baseIntervl: 1s}}}}\n`;
    expect((await unknown('a.yaml', text)).map(each => each.split(' ')[1]).sort()).to.deep.equal([
      'baseInterval',
      'httpStatusCodes',
      'numRetries',
      'timeout',
      'triggers',
    ]);
  });

  it('are said of Dapr, at each depth', async () => {
    const text = `apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nspec: {policies: {retrys: {f: {duraton: 1s, maxRetries: 3, matching: {httpStatusCods: "500"}}}}, target: {apps: {b: {retry: f}}}}\n`;
    expect((await unknown('a.yaml', text)).map(each => each.split(' ')[1]).sort()).to.deep.equal([
      'duration',
      'httpStatusCodes',
      'retries',
      'targets',
    ]);
  });

  it('are said of urllib3', async () => {
    const text =
      'from urllib3.util import Retry\nr = Retry(3, backof_factor=1, status_forcelst=[503], other=2, mine=3, backoff_max=9)\n';
    expect((await unknown('a.py', text)).map(each => each.split(' ')[1])).to.deep.equal([
      'backoff_factor',
      'status_forcelist',
    ]);
    expect(await unknown('a.py', text.replace('Retry(3', 'Mine(3'))).to.deep.equal([]);
  });
});
