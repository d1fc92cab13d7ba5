/** LiteLLM's config.yaml: what a group of models gets from its deployments, the router and LiteLLM, and what is said about it. */

import {expect} from 'chai';
import {litellm} from '../../../lint/dialects/litellm/litellm.ts';
import {sign} from '../../../lint/dialects/litellm/sign.ts';
import {policiesOf} from '../../../lint/dialects/policies.ts';
import {fixText} from '../../../lint/fix.ts';
import {lintText} from '../../../lint/lint.ts';
import {modelOf} from '../../../lint/model/model.ts';
import {readSource} from '../../../lint/source/read.ts';

const path = 'config.yaml';
const dialects = [litellm];
const request = (text: string) => ({path, files: {[path]: text}, config: {dialects}});

/** One deployment with these parameters, and what follows. */
const one = (params: string, more = '') =>
  `model_list:\n  - model_name: chat\n    litellm_params: {model: openai/gpt-4.1, ${params}}\n${more}`;

const TIMED = 'timeout: 60';

async function policiesIn(text: string) {
  const policies = policiesOf(await readSource(path, text), {dialects});
  const models = await Promise.all(policies.map(({shape}) => modelOf(shape, async () => undefined, litellm)));
  return models.map(({scopes: [scope]}) => scope!);
}

const attemptsIn = async (text: string) => (await policiesIn(text)).map(({policy}) => policy.maxAttempts);
const timeoutsIn = async (text: string) => (await policiesIn(text)).map(({policy}) => policy.attemptTimeoutMs);

async function said(text: string): Promise<string[]> {
  const {findings} = await lintText(request(text));
  return findings.map(({code, pointer}) => `${code} ${pointer}`);
}

const fixed = async (text: string): Promise<string> => (await fixText(request(text), {unsafe: true})).text;

describe('a configuration of LiteLLM', () => {
  it('is known by its ending, model_list and litellm_params, before it is parsed', () => {
    expect(sign.wants('a/config.yml', one(TIMED))).to.equal(true);
    expect(sign.wants('config.json', one(TIMED))).to.equal(false);
    expect(sign.wants(path, 'model_list: []\n')).to.equal(false);
    expect(sign.wants(path, 'x:\n  model_list: [{litellm_params: {}}]\n')).to.equal(false);
  });

  it('has a policy for each model_name', async () => {
    const text =
      'model_list:\n' +
      ['a', 'b', 'a', '3'].map(name => `  - {model_name: ${name}, litellm_params: {model: openai/x}}\n`).join('');
    expect((await policiesIn(text)).map(({title}) => title)).to.deep.equal(['policy "a"', 'policy "b"', 'policy "3"']);
  });

  it('that has no list of models, no mappings or no names has no policy, and throws nothing', async () => {
    for (const list of ['', ' 3', ' {}', '\n  - 3\n  - {litellm_params: 3}\n  - {model_name: }\n  - {model_name: [1]}'])
      expect(await said(`model_list:${list}\n# litellm_params\n`), list).to.deep.equal([]);
  });
});

describe('the attempts of a group', () => {
  const attempts: [title: string, text: string, attempts: number][] = [
    ['are three by default', one(TIMED), 3],
    [
      'are those of the router',
      one(TIMED, 'router_settings: {num_retries: 1}\nlitellm_settings: {num_retries: 4}\n'),
      2,
    ],
    ['are those of LiteLLM where the router has none', one(TIMED, 'litellm_settings: {num_retries: "4"}\n'), 5],
    [
      'are those of LiteLLM where the router has a null',
      one(TIMED, 'router_settings: {num_retries: }\nlitellm_settings: {num_retries: 4}\n'),
      5,
    ],
    [
      'are those of the deployment before both',
      one(`${TIMED}, num_retries: 3`, 'router_settings: {num_retries: 0}\n'),
      4,
    ],
    ['are not those of max_retries, which the router sets to 0', one(`${TIMED}, max_retries: 9`), 3],
    [
      'are those of the error with the most retries',
      one(
        TIMED,
        'router_settings: {num_retries: 0, retry_policy: {RateLimitErrorRetries: 4, TimeoutErrorRetries: 1}}\n',
      ),
      5,
    ],
    [
      'are those of the policy of the group before that of the router',
      one(
        TIMED,
        'router_settings: {num_retries: 0, retry_policy: {RateLimitErrorRetries: 9}, model_group_retry_policy: {chat: {RateLimitErrorRetries: 1}}}\n',
      ),
      2,
    ],
    [
      'are not those of num_retries where DefaultRetries decides',
      one(TIMED, 'router_settings: {num_retries: 9, retry_policy: {DefaultRetries: 1}}\n'),
      2,
    ],
    ['are one where the number is negative', one(TIMED, 'router_settings: {num_retries: -2}\n'), 1],
  ];
  for (const [title, text, expected] of attempts)
    it(title, async () => expect(await attemptsIn(text)).to.deep.equal([expected]));
});

describe('the timeout of a group', () => {
  const timeouts: [title: string, text: string, ms: number][] = [
    ['is 6,000 s by default', one('rpm: 1'), 6_000_000],
    ['is that of the router', one('rpm: 1', 'router_settings: {timeout: 30}\n'), 30_000],
    [
      'is that of LiteLLM before that of the router',
      one('rpm: 1', 'router_settings: {timeout: 30}\nlitellm_settings: {request_timeout: 20}\n'),
      20_000,
    ],
    ['is that of the deployment before both', one('timeout: 1.5', 'litellm_settings: {request_timeout: 20}\n'), 1500],
    ['may be called request_timeout in a deployment', one('request_timeout: 11'), 11_000],
    ['is not a 0', one('timeout: 0', 'router_settings: {timeout: 30}\n'), 30_000],
    ['is not that of streams, which other calls do not have', one('stream_timeout: 15'), 6_000_000],
  ];
  for (const [title, text, expected] of timeouts)
    it(title, async () => expect(await timeoutsIn(text)).to.deep.equal([expected]));
});

describe('of a configuration of LiteLLM, the linter', () => {
  it('says that no timeout is set, once for all groups', async () => {
    const text = `${one('rpm: 1')}  - {model_name: b, litellm_params: {model: openai/x}}\nrouter_settings: {num_retries: 1}\n`;
    const {findings} = await lintText(request(text));
    expect(findings.map(({code, pointer, message}) => [code, pointer, message])).to.deep.equal([
      [
        'RL301',
        'router_settings',
        'No timeout is set: an attempt that hangs takes 6000 s, and the retry is sent only then. Set request_timeout.',
      ],
    ]);
    expect(await fixed(text)).to.equal(`${text}litellm_settings: {"request_timeout": 600}\n`);
  });

  it('says which deployment has no timeout where others have one', async () => {
    const text = `${one(TIMED)}  - {model_name: b, litellm_params: {model: openai/x}}\n`;
    expect(await said(text)).to.deep.equal(['RL301 model_list[1]']);
  });

  it('says nothing about a timeout where nothing is retried', async () => {
    expect(await said(one('rpm: 1', 'router_settings: {num_retries: 0}\n'))).to.deep.equal([]);
  });

  it('calls the setting that decides by its name, and changes it', async () => {
    const text = one(TIMED, 'router_settings:\n  retry_policy:\n    RateLimitErrorRetries: 8 # SLA\n');
    const {findings} = await lintText(request(text));
    expect(findings.map(({message}) => message)).to.deep.equal([
      'A failing call makes up to 9 attempts; the limit is 5. Attempts after the third rarely help, and each adds load to a failing server. Set RateLimitErrorRetries to 2.',
    ]);
    expect(await fixed(text)).to.equal(text.replace('8 #', '2 #'));
  });

  it('reports refusals that a retry policy repeats, and switches them off', async () => {
    const text = one(
      TIMED,
      'router_settings: {retry_policy: {AuthenticationErrorRetries: 1, BadRequestErrorRetries: 2, RateLimitErrorRetries: 3}}\n',
    );
    expect(await said(text)).to.deep.equal([
      'RL102 router_settings.retry_policy.AuthenticationErrorRetries',
      'RL102 router_settings.retry_policy.BadRequestErrorRetries',
    ]);
    expect(await fixed(text)).to.equal(text.replace('Retries: 1', 'Retries: 0').replace('Retries: 2', 'Retries: 0'));
  });

  it('allows a 401 to be sent to another deployment, which has another key', async () => {
    const policy = 'router_settings: {retry_policy: {AuthenticationErrorRetries: 1}}\n';
    const second = '  - {model_name: chat, litellm_params: {model: openai/gpt-4.1, timeout: 60}}\n';
    expect(await said(one(TIMED, second + policy))).to.deep.equal([]);
  });

  it('takes a slip and a mix-up for what is meant, and reports it once', async () => {
    const text = one('rpm: 1', 'router_settings: {num_retires: 9, request_timeout: 30}\n');
    expect(await said(text)).to.deep.equal([
      'RL004 router_settings.num_retires',
      'RL201 router_settings.num_retires',
      'RL004 router_settings.request_timeout',
    ]);
    const {text: safely} = await fixText(request(text), {unsafe: false});
    expect(safely, 'LiteLLM runs with the slip, so that its correction changes what calls do').to.equal(text);
  });

  it('knows other settings, and reports none that only resembles one', async () => {
    const router =
      'router_settings: {disable_cooldowns: true, redis_host: x, enable_pre_call_checks: true, max_fallbacks: 3}\n';
    const own = 'litellm_settings: {callbacks: [otel], cache: true, drop_params: true, request_timeouts_by_team: {}}\n';
    expect(await said(one(TIMED, router + own))).to.deep.equal([]);
  });

  it('says nothing about what comes from the environment or a template', async () => {
    const name = 'os.environ/RETRIES';
    expect(await said(one('timeout: os.environ/T', `router_settings: {num_retries: ${name}}\n`))).to.deep.equal([]);
    expect(
      await said(one('timeout: "{{ timeout }}"', 'router_settings: {num_retries: "{{ retries }}"}\n')),
    ).to.deep.equal([]);
    expect(await said(one(TIMED, 'router_settings: {fallbacks: [{chat: [os.environ/BACKUP]}]}\n'))).to.deep.equal([]);
    const lists = 'litellm_settings: {fallbacks: ["{{ fallback }}"], default_fallbacks: os.environ/LAST}\n';
    const template = '  - {model_name: b, litellm_params: "{{ params }}"}\n';
    expect(await said(one(TIMED, template + lists))).to.deep.equal([]);
  });

  it('reports a syntax error, and a key that is written twice', async () => {
    expect(await said(one(TIMED, 'router_settings: {num_retries: 2\n'))).to.deep.equal(['RL001 ']);
    expect(await said(one(TIMED, 'litellm_settings: {num_retries: 1}\nlitellm_settings: {}\n'))).to.deep.equal([
      'RL002 ',
    ]);
  });

  it('reports lists of fallbacks and models with which LiteLLM does not start', async () => {
    const text = one(TIMED, 'litellm_settings: {fallbacks: [chat, {chat: chat}], default_fallbacks: chat}\n');
    expect(await said(text.replace('model: openai/gpt-4.1, ', ''))).to.deep.equal([
      'RL005 model_list[0].litellm_params.model',
      'RL003 litellm_settings.fallbacks[0]',
      'RL003 litellm_settings.fallbacks[1]',
      'RL003 litellm_settings.default_fallbacks',
    ]);
  });

  it('does not go into what only steadfetch knows: budgets, methods, presets, endpoints', async () => {
    const text = one(
      `${TIMED}, api_base: https://api.openai.com/v1`,
      'router_settings: {num_retries: 0, retry_after: 1}\n',
    );
    expect(await said(text)).to.deep.equal([]);
  });

  it('reports a public api_base without TLS, and keeps its path', async () => {
    const text = one(`${TIMED}, api_base: "http://llm.acme.example/v1"`);
    const {findings} = await lintText(request(text));
    expect(findings.map(({code, suggestions}) => [code, suggestions[0]?.title])).to.deep.equal([
      ['RL108', 'Set api_base to https://llm.acme.example (the calls must use it too)'],
    ]);
    expect(findings[0]?.suggestions[0]?.edits.map(({text: edit}) => edit)).to.deep.equal([
      '"https://llm.acme.example/v1"',
    ]);
  });
});

describe('the names in a configuration of LiteLLM', () => {
  const two = (settings: string) =>
    `${one(TIMED)}  - {model_name: backup, litellm_params: {model: openai/x, timeout: 60}, model_info: {id: b-1}}\nrouter_settings: {${settings}}\n`;

  it('may be an alias, an id, the name of a routing group, or a mapping with a model', async () => {
    const text = two(
      'model_group_alias: {cheap: backup}, routing_groups: [{group_name: pool, models: [chat]}], fallbacks: [{chat: [cheap, b-1, pool, {model: backup, max_tokens: 5}]}]',
    );
    expect(await said(text)).to.deep.equal([]);
  });

  it('are corrected in the value and in the key', async () => {
    const text = two('fallbacks: [{chta: [bakcup]}]');
    const {findings} = await lintText(request(text));
    expect(findings.map(({code, suggestions}) => [code, suggestions.map(({title}) => title)])).to.deep.equal([
      ['RL422', ['Write chat instead of chta']],
      ['RL422', ['Write backup instead of bakcup']],
    ]);
    expect(
      findings.flatMap(({suggestions}) => suggestions.flatMap(({edits}) => edits.map(edit => edit.text))),
    ).to.deep.equal(['chat', '"backup"']);
  });

  it('are those of the router where both lists are set', async () => {
    const text = `${two('fallbacks: [{chat: [backup]}]')}litellm_settings: {fallbacks: [{chat: [gone]}]}\n`;
    expect(await said(text)).to.deep.equal([]);
  });

  it('may be without the provider, and with it', async () => {
    const text =
      'model_list:\n  - {model_name: openai/gpt-4.1, litellm_params: {model: x, timeout: 1}}\n  - {model_name: gpt-5, litellm_params: {model: x, timeout: 1}}\nrouter_settings: {fallbacks: [{gpt-4.1: [gpt-5]}, {openai/gpt-5: [openai/gpt-4.1]}]}\n';
    expect(await said(text)).to.deep.equal([]);
  });

  it('that lead back are reported once, with the way', async () => {
    const text = two('fallbacks: [{chat: [backup]}, {backup: [chat]}], model_group_alias: {a: chat}');
    const {findings} = await lintText(request(text));
    expect(findings.map(({code, severity, pointer}) => [code, severity, pointer])).to.deep.equal([
      ['RL423', 'info', 'router_settings.fallbacks[1].backup[0]'],
    ]);
    expect(await said(text.replace('[chat]', '[a]'))).to.deep.equal(['RL423 router_settings.fallbacks[1].backup[0]']);
  });

  it('are the same finding when an entry is put before them', async () => {
    const prints = async (settings: string) => {
      const {findings} = await lintText(request(two(settings)));
      return findings.map(({fingerprint}) => fingerprint);
    };
    const before = await prints('fallbacks: [{chat: [gone]}]');
    expect(before).to.have.length(1);
    expect(await prints('fallbacks: [{backup: [chat]}, {chat: [gone]}]')).to.deep.equal(before);
  });
});
