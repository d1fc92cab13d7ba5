/** Findings that a project lives with. */
import {existsSync, rmSync, symlinkSync} from 'node:fs';
import {expect} from 'chai';
import {clean, Desk, findingsOf, wavy} from './desk.ts';

const endless = '{\n  "maxAttempts": "unlimited",\n  "deadlineMs": null\n}\n';

const twoSites = {
  endpoints: [
    {name: 'a', origin: 'https://api.stripe.com'},
    {name: 'b', origin: 'https://pay.adyen.com'},
  ],
  failover: {sharedKeys: true},
};

describe('retry-lint baseline', () => {
  it('accepts the current findings, so that only new findings fail', async () => {
    const desk = new Desk({'a.retry.json': wavy});
    expect(await desk.run('baseline')).to.deep.equal({
      code: 0,
      out: '.retry-lint-baseline.json: 1 accepted finding in 1 file; 1 new, 0 taken out.\n',
      err: '',
    });
    expect((await desk.run()).code).to.equal(0);
    expect((await desk.run('--no-baseline')).code).to.equal(1);
    desk.write('a.retry.json', `{\n  "name": "moved",\n\n${endless.slice(2, -2)},${wavy.slice(1)}`);
    expect(findingsOf(await desk.run('-f', 'json'))).to.deep.equal(['RL201 4:3']);
  });

  it('knows an entry of a list by its value, wherever in the list it stands', async () => {
    const desk = new Desk({'a.retry.json': '{"retryOn": [429, 500, 503, "network", "timeout", 404]}'});
    await desk.run('baseline');
    desk.write('a.retry.json', '{"retryOn": [404, 429, 500, 502, 503, "network", "timeout"]}');
    expect((await desk.run()).code).to.equal(0);
    desk.write('a.retry.json', '{"retryOn": [429, 500, 502, 503, "network", "timeout", 401]}');
    expect(findingsOf(await desk.run('-f', 'json'))).to.deep.equal(['RL102 1:56']);
  });

  describe('knows the hosts of', () => {
    const loop = (url: string, indent = ''): string =>
      `${indent}def charge(order):\n${indent}    for attempt in range(3):\n${indent}        try:\n${indent}            return requests.post(${url}, json=order, timeout=5)\n${indent}        except requests.RequestException:\n${indent}            time.sleep(1)\n`;
    const istio = (hosts: string, destination = 'shop'): string =>
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\nspec:\n  hosts: [${hosts}]\n  http:\n    - match: [{uri: {exact: /v1/payments}, method: {exact: POST}}]\n      route: [{destination: {host: ${destination}}, weight: 100}]\n      timeout: 10s\n      retries: {attempts: 2, perTryTimeout: 3s, retryOn: "reset"}\n`;
    const imports = 'import requests, time, tenacity\n';
    const cases: readonly (readonly [what: string, file: string, text: string, other?: string])[] = [
      ['a loop', 'a.py', `${imports}${loop('"https://sandbox.example/v1/charges"')}`],
      [
        'a loop of a class',
        'a.py',
        `${imports}class Bank:\n    name = "a"\n\n${loop('"https://sandbox.example/v1"', '    ')}\n    def other(self):\n        return "https://a.example"\n`,
      ],
      ['a constant', 'a.py', `${imports}BASE_URL = "https://sandbox.example"\n${loop('f"{BASE_URL}/v1/charges"')}`],
      [
        'a constant without a scheme',
        'a.py',
        `${imports}HOST = "sandbox.example"\n${loop('f"https://{HOST}/v1/charges"')}`,
      ],
      [
        'an attribute',
        'a.py',
        `${imports}class Bank:\n    def __init__(self):\n        self.base = "https://sandbox.example"\n\n${loop('self.base + "/v1"', '    ')}`,
      ],
      [
        'a decorator',
        'a.py',
        `${imports}@tenacity.retry(\n    stop=tenacity.stop_after_attempt(3),\n)\n@other\ndef charge():\n\n    return requests.post("https://sandbox.example/v1/charges", timeout=3)\n`,
      ],
      [
        'a session that another function uses',
        'a.py',
        `import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util import Retry\n\ns = requests.Session()\ns.mount("https://", HTTPAdapter(max_retries=Retry(total=20)))\n\ndef f():\n    return s.get("https://sandbox.example/v1", timeout=3)\n`,
      ],
      ['a VirtualService', 'a.yaml', istio('sandbox.example')],
      ['a destination', 'a.yaml', istio('"*"', 'sandbox.example')],
      [
        'an HTTPRoute',
        'a.yaml',
        'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: b}\nspec: {hostnames: [sandbox.example], rules: [{retry: {attempts: 30}}]}\n',
      ],
      [
        'a route of Envoy',
        'a.yaml',
        'domains: [sandbox.example]\nroutes: [{route: {cluster: a, retry_policy: {retry_on: 5xx, num_retries: 30}}}]\nretry_policy: {retry_on: 5xx, num_retries: 30}\n',
      ],
      [
        'a route of Envoy without a policy above it',
        'a.yaml',
        'virtual_hosts: [{name: a, domains: [sandbox], routes: [{match: {prefix: /}, route: {cluster: a, retry_policy: {retry_on: 5xx, num_retries: 30}}}]}]\n',
      ],
      [
        'the target of a policy of Dapr',
        'a.yaml',
        'apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nspec:\n  policies: {retries: {r: {policy: constant, duration: 5s, maxRetries: 30}}}\n  targets: {apps: {sandbox: {retry: r}}}\n',
      ],
      [
        'a function of Lambda',
        'a.json',
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:sandbox", "Retry": [{"ErrorEquals": ["Lambda.ServiceException"], "MaxAttempts": 30}], "End": true}}}',
      ],
      [
        'a function in the parameters of a state',
        'a.json',
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "sandbox", "Payload.$": "$"}, "Retry": [{"ErrorEquals": ["Lambda.ServiceException"], "MaxAttempts": 30}], "End": true}}}',
      ],
      [
        'an image of Argo',
        'a.yaml',
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {templates: [{name: a, retryStrategy: {limit: 30}, container: {image: sandbox}}]}\n',
      ],
      [
        'a template of Argo',
        'a.yaml',
        'apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec: {templates: [{name: a, retryStrategy: {limit: 30}, steps: [[{name: b, template: sandbox}]]}]}\n',
      ],
      [
        'the methods of gRPC',
        'a.json',
        '{"methodConfig": [{"name": [{"service": "a.A"}, {"service": "a.sandbox"}], "timeout": "4s", "retryPolicy": {"maxAttempts": 9, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}',
      ],
    ];
    for (const [what, file, text] of cases)
      it(`${what}: what was accepted for one is not accepted for another`, async () => {
        const desk = new Desk({[file]: text, '.retry-lintrc.json': '{"preset": "strict"}'});
        expect((await desk.run('.')).code).to.equal(1);
        await desk.run('baseline', '.');
        expect((await desk.run('.')).code).to.equal(0);
        desk.write(file, `\n${text}\n`);
        expect((await desk.run('.')).code, 'moved').to.equal(0);
        desk.write(file, text.replace('sandbox', 'live-bank'));
        expect((await desk.run('.')).code, 'another host').to.equal(1);
      });

    it('a program, also where another function asks the same one or a loop runs less often', async () => {
      const text = `${imports}${loop('"https://sandbox.example/v1/charges"').replace('range(3)', 'range(4)')}`;
      const desk = new Desk({'a.py': text});
      await desk.run('baseline', '.');
      desk.write('a.py', text.replace('range(4)', 'range(3)'));
      expect((await desk.run('.')).code).to.equal(0);
      desk.write('a.py', `${text}\n\ndef other():\n    return requests.get("https://sandbox.example/v1/charges")\n`);
      expect((await desk.run('.')).code).to.equal(0);
      const again = text.slice(imports.length).replace('charge', 'again');
      desk.write('a.py', `${text}\n\n${again}`);
      expect(
        findingsOf(await desk.run('.', '-f', 'json')).every(found => Number(found.match(/ (\d+):/)![1]) > 7),
      ).to.equal(true);
    });

    it('a program as a whole, in any order', async () => {
      const text = `${imports}${loop('"https://sandbox.example/v1/charges"')}\n\ndef other():\n    return "https://a.example"\n`;
      const desk = new Desk({'a.py': text});
      await desk.run('baseline', '.');
      desk.write('a.py', `OTHER = "https://a.example"\n${text.replace('"https://a.example"', 'OTHER')}`);
      expect((await desk.run('.')).code).to.equal(0);
      desk.write('a.py', text.replace('a.example', 'b.example'));
      expect((await desk.run('.')).code).to.equal(1);
    });
  });

  describe('accepts a finding as it is', () => {
    const six = '{"maxAttempts": 6, "attemptTimeoutMs": 1000, "objective": {"assume": {"rps": 5}}}';
    const accepted = async (text = six, config = '{}'): Promise<Desk> => {
      const desk = new Desk({'a.retry.json': text, '.retry-lintrc.json': config});
      await desk.run('baseline');
      expect((await desk.run()).code).to.equal(0);
      return desk;
    };
    const codes = async (desk: Desk): Promise<string[]> =>
      findingsOf(await desk.run('-f', 'json')).map(found => found.slice(0, 5));

    it('and reports it where its number is worse, but not where it is better', async () => {
      const desk = await accepted();
      desk.write('a.retry.json', six.replace('6', '100000'));
      expect(await codes(desk)).to.include('RL201');
      desk.write('a.retry.json', six.replace('6', '"unlimited"'));
      expect(await codes(desk)).not.to.deep.equal([]);
      desk.write('a.retry.json', six.replace('6', '5'));
      expect(await codes(desk)).not.to.include('RL201');
    });

    it('and reports it where its severity is worse', async () => {
      const desk = await accepted();
      desk.write('.retry-lintrc.json', '{"rules": {"RL201": "error"}}');
      expect(await codes(desk)).to.deep.equal(['RL201']);
    });

    it('and reports it where another value stands at its place', async () => {
      const desk = await accepted('{"retryOn": [429, 404, 503, "timeout", "network"]}');
      desk.write('a.retry.json', '{"retryOn": [429, 401, 503, "timeout", "network"]}');
      expect(await codes(desk)).to.deep.equal(['RL102']);
    });

    it('and reports it where what follows from other fields is twice as much', async () => {
      const endless = '{"deadlineMs": null, "maxAttempts": 2, "attemptTimeoutMs": 1000}';
      const desk = await accepted(endless);
      desk.write('a.retry.json', endless.replace('1000', '1200'));
      expect(await codes(desk)).to.deep.equal([]);
      desk.write('a.retry.json', endless.replace('1000', '60000'));
      expect(await codes(desk)).to.deep.equal(['RL302']);
    });

    const worse: [what: string, code: string, accepted: object, now: object][] = [
      [
        'a duration is shown in a second unit',
        'RL302',
        {deadlineMs: null},
        {deadlineMs: null, attemptTimeoutMs: 900_000},
      ],
      [
        'a count was a word',
        'RL204',
        {backoff: {kind: 'constant', delayMs: 0}},
        {backoff: {kind: 'constant', delayMs: 0}, maxAttempts: 5, deadlineMs: 60_000},
      ],
      [
        'another method is concerned',
        'RL112',
        {idempotency: {methods: ['PATCH']}, ...twoSites},
        {idempotency: {methods: ['POST', 'PATCH']}, ...twoSites},
      ],
    ];
    for (const [what, code, before, now] of worse) {
      it(`and reports it where ${what}`, async () => {
        const desk = await accepted(JSON.stringify(before));
        desk.write('a.retry.json', JSON.stringify(now));
        expect(await codes(desk)).to.include(code);
      });
    }

    it('and keeps it where only an entry before it is new, or a duration reaches a second unit', async () => {
      const route = (path: string, fields = {}) => ({match: {path}, ...fields});
      const late = [route('/a*', {deadlineMs: 20_000}), route('/ab', {deadlineMs: 25_000})];
      const desk = await accepted(JSON.stringify({routes: late}));
      desk.write('a.retry.json', JSON.stringify({routes: [route('/y', {deadlineMs: 40_000}), ...late]}));
      expect(await codes(desk)).to.deep.equal([]);
      const long = await accepted('{"deadlineMs": null, "maxAttempts": 2, "attemptTimeoutMs": 400000}');
      long.write('a.retry.json', '{"deadlineMs": null, "maxAttempts": 2, "attemptTimeoutMs": 700000}');
      expect(await codes(long)).to.deep.equal([]);
    });

    it('and reports it where a value that explains it is worse', async () => {
      const layers = '{"maxAttempts": 4, "retryingLayers": [{"name": "gateway", "maxAttempts": 3}]}';
      const desk = await accepted(layers);
      desk.write('a.retry.json', layers.replace('4', '3'));
      desk.write('a.retry.json', layers.replace('"maxAttempts": 3', '"maxAttempts": 50'));
      expect(await codes(desk)).to.include('RL209');
    });

    it('and keeps the entry of what became worse, until it is accepted anew', async () => {
      const desk = await accepted();
      const before = desk.read('.retry-lint-baseline.json');
      desk.write('a.retry.json', six.replace('6', '100000'));
      await desk.run('baseline', '--prune');
      expect(desk.read('.retry-lint-baseline.json')).to.contain('"value": 6').and.equal(before);
      await desk.run('baseline');
      expect((await desk.run()).code).to.equal(0);
    });

    it('and repeats no text of the policy', async () => {
      const desk = await accepted('{"x-note": "token ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"}');
      expect(desk.read('.retry-lint-baseline.json')).to.contain('RL110').and.not.contain('ghp_');
    });
  });

  it('has the same effect from every folder', async () => {
    const desk = new Desk({'deep/a.retry.json': wavy, '.retry-lintrc.json': '{"baseline": "known.json"}'});
    await desk.runIn('deep', 'baseline');
    expect(JSON.parse(desk.read('known.json'))).to.deep.equal({
      version: 1,
      findings: {
        'deep/a.retry.json': [{finding: 'RL203 backoff.jitter', severity: 'error', digest: '510ad85f', numbers: [100]}],
      },
    });
    expect((await desk.run()).code).to.equal(0);
    expect((await desk.runIn('deep')).code).to.equal(0);
  });

  it('keeps the accepted findings of other files', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy});
    await desk.run('baseline', 'a.retry.json');
    await desk.run('baseline', 'b.retry.json');
    expect(Object.keys(JSON.parse(desk.read('.retry-lint-baseline.json')).findings)).to.deep.equal([
      'a.retry.json',
      'b.retry.json',
    ]);
  });

  it('--prune removes findings that are fixed or gone, and adds none', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy, 'c.retry.json': wavy});
    await desk.run('baseline');
    desk.write('a.retry.json', clean);
    rmSync(desk.at('b.retry.json'));
    desk.write('c.retry.json', `${endless.slice(0, -2)},${wavy.slice(1)}`);
    expect((await desk.run('baseline', '--prune')).out).to.equal(
      '.retry-lint-baseline.json: 1 accepted finding in 1 file; 0 new, 2 taken out.\n',
    );
    expect(findingsOf(await desk.run('-f', 'json'))).to.deep.equal(['RL201 2:3']);
  });

  for (const [title, input, argv, message] of [
    ['with nothing on standard input', '', ['-'], 'Standard input is empty: there is no finding to accept.'],
    [
      'of a name for standard input alone',
      '',
      ['--stdin-filename', 'a.yaml'],
      '--stdin-filename names standard input, which was not asked for: add - to the files.',
    ],
    [
      'of standard input that cannot be read',
      'version: 1\n',
      ['-'],
      '<stdin> cannot be read as a policy, so none of its findings is accepted: 1:1: This is not a JSON value: texts stand in double quotes.',
    ],
    [
      'of a policy that cannot be read',
      '',
      ['broken.json'],
      'broken.json cannot be read as a policy, so none of its findings is accepted: 1:2: The object is never closed: a } is missing.',
    ],
  ] as const) {
    it(`${title} is an error, and changes nothing`, async () => {
      const desk = new Desk({'broken.json': '{'});
      desk.input = input;
      expect(await desk.run('baseline', ...argv)).to.deep.equal({code: 2, out: '', err: `${message}\n`});
      expect(existsSync(desk.at('.retry-lint-baseline.json'))).to.equal(false);
    });
  }

  it('keeps the accepted findings of a policy that cannot be read now', async () => {
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy});
    await desk.run('baseline', 'a.retry.json');
    desk.write('a.retry.json', '{');
    for (const argv of [['baseline'], ['baseline', '--prune']]) {
      expect((await desk.run(...argv)).code, argv.join(' ')).to.equal(2);
      expect(Object.keys(JSON.parse(desk.read('.retry-lint-baseline.json')).findings)).to.deep.equal([
        'a.retry.json',
        'b.retry.json',
      ]);
    }
  });

  describe('outside of its repository', () => {
    const files = {'repo/.git/HEAD': '', 'repo/a.retry.json': wavy, 'repo/deep/b.retry.json': wavy};
    const said = (shown: string): string => `The baseline ${shown} is outside of the repository.\n`;

    it('is refused where a configuration names it', async () => {
      for (const name of ['../x.json', '../../x.json', '{desk}/x.json']) {
        const desk = new Desk(files);
        desk.write('repo/.retry-lintrc.json', JSON.stringify({baseline: name.replace('{desk}', desk.at('.'))}));
        for (const argv of [['baseline', 'repo/a.retry.json'], ['repo/a.retry.json']]) {
          const {code, err} = await desk.run(...argv);
          expect(code).to.equal(2);
          expect(err).to.equal(said(name === '../../x.json' ? '../x.json' : 'x.json'));
        }
        expect(existsSync(desk.at('x.json'))).to.equal(false);
      }
    });

    it('is refused behind a link, also where there is no file', async () => {
      for (const [link, target] of [
        ['repo/.retry-lint-baseline.json', '../x.json'],
        ['repo/.retry-lint-baseline.json', 'y.json'],
      ] as const) {
        const desk = new Desk({...files, 'repo/.retry-lintrc.json': '{}'});
        symlinkSync(target, desk.at(link));
        symlinkSync(desk.at('x.json'), desk.at('repo/y.json'));
        expect(await desk.run('baseline', 'repo/a.retry.json')).to.deep.equal({code: 2, out: '', err: said(link)});
        expect(existsSync(desk.at('x.json'))).to.equal(false);
        desk.write('x.json', '{"version": 1, "findings": {}}');
        expect((await desk.run('baseline', 'repo/a.retry.json')).code).to.equal(2);
        expect(desk.read('x.json')).to.equal('{"version": 1, "findings": {}}');
      }
    });

    it('is refused outside of the folder of a configuration that is in no repository', async () => {
      const desk = new Desk({'deep/a.retry.json': wavy, 'deep/.retry-lintrc.json': '{"baseline": "../x.json"}'});
      const {err} = await desk.run('baseline', 'deep/a.retry.json');
      expect(err).to.equal(said('x.json'));
    });

    it('is written where the command line names it, and within the repository', async () => {
      const desk = new Desk({...files, 'repo/deep/.retry-lintrc.json': '{"baseline": "../x.json"}'});
      expect((await desk.run('baseline', 'repo/deep/b.retry.json')).out).to.match(/^repo\/x\.json: 1 accepted/);
      expect((await desk.run('baseline', '--baseline', 'y.json', 'repo/a.retry.json')).out).to.match(/^y\.json: 1 acc/);
    });
  });

  it('names an absolute path of the configuration as it is', async () => {
    const desk = new Desk({'a.retry.json': wavy});
    desk.write('.retry-lintrc.json', JSON.stringify({baseline: desk.at('known.json')}));
    expect((await desk.run('baseline')).out).to.match(/^known\.json: 1 accepted finding /);
    expect((await desk.run()).code).to.equal(0);
  });

  it('accepts the findings of standard input under its name', async () => {
    const desk = new Desk();
    desk.input = 'backoff: {jitter: none}\n';
    const named = ['-', '--stdin-filename', 'a.yaml'];
    expect((await desk.run('baseline', ...named)).code).to.equal(0);
    expect((await desk.run(...named)).code).to.equal(0);
  });

  for (const text of [
    '{',
    '{"version": 2}',
    '{"version": 1, "findings": {"a": 1}}',
    '{"version": 1, "findings": {"a": ["RL203 x"]}}',
    'null',
  ]) {
    it(`refuses ${text} as a baseline`, async () => {
      const desk = new Desk({'a.retry.json': wavy, '.retry-lint-baseline.json': text});
      const {code, err} = await desk.run();
      expect(code).to.equal(2);
      expect(err).to.match(/^The baseline \.retry-lint-baseline\.json is no/);
    });
  }
});
