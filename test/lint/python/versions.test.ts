/** What libraries do differently in their versions, as far as the project says which of them it runs with. */

import {expect} from 'chai';
import {isBefore, type Packages} from '../../../lint/dialects/python/packages.ts';
import {Desk, findingsOf as reported} from '../cli/desk.ts';
import {said} from './findings.ts';

const calls = (args: string): string =>
  `from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_chain, wait_exponential, wait_fixed, wait_random_exponential

@retry(stop=stop_after_attempt(4), wait=${args}, retry=retry_if_exception_type(ConnectionError))
def f(): ...
`;

const codes = async (text: string, packages?: Packages): Promise<string[]> =>
  (await said(text, ['RL004', 'RL203'], packages && {packages})).map(line => line.split(' ')[1]!);

describe('the versions of a package', () => {
  const cases: readonly (readonly [spec: string, version: string, isOlder: boolean | undefined])[] = [
    ['==8.2.3', '9', true],
    ['==9.0.0', '9', false],
    ['==9', '9.0.0', false],
    ['===8.5.0', '9', true],
    ['>=8.2', '9', undefined],
    ['>=9.1', '9', false],
    ['>8', '9', undefined],
    ['>=8,<9', '9', true],
    ['<9,>=8', '9', true],
    ['<=9', '9', undefined],
    ['<=8.5', '9', true],
    ['<10', '9', undefined],
    ['~=8.2', '9', true],
    ['~=8.2.1', '9', true],
    ['~=9.0', '9', false],
    ['==8.*', '9', true],
    ['==1.26.*', '2', true],
    ['^8.2', '9', true],
    ['^0.9', '1', true],
    ['^0.9', '0.10', true],
    ['~8.2', '8.4', true],
    ['8.2.3', '9', true],
    ['!=8.4.0', '9', undefined],
    ['*', '9', undefined],
    ['', '9', undefined],
    ['@ git+https://example.test/tenacity', '9', undefined],
    ['==8.2.3 || ==8.5.0', '9', true],
    ['==8.2.3 || ==9.1.2', '9', undefined],
    ['==9.0.0rc1', '9', false],
  ];
  for (const [spec, version, isOlder] of cases)
    it(`${spec || 'none'} is ${isOlder === undefined ? 'perhaps ' : isOlder ? '' : 'not '}before ${version}`, () => {
      expect(isBefore(version, 'tenacity', {tenacity: spec})).to.equal(isOlder);
    });

  it('may be any where nothing names it', () => {
    expect(isBefore('9', 'tenacity', {})).to.equal(undefined);
    expect(isBefore('9', 'tenacity', undefined)).to.equal(undefined);
  });
});

describe('tenacity', () => {
  const waits = [
    'wait_random_exponential(min=20, max=60)',
    'wait_random_exponential(min=20, max=60) + wait_fixed(1)',
    'wait_chain(wait_random_exponential(min=20, max=60))',
  ];
  for (const wait of waits)
    it(`begins the jitter at zero before 9.0, and at min since: ${wait}`, async () => {
      expect(await codes(calls(wait), {tenacity: '==8.5.0'})).to.deep.equal([]);
      expect(await codes(calls(wait), {tenacity: '==9.0.0'})).to.deep.equal(['RL203']);
      expect(await codes(calls(wait), {tenacity: '>=8.2'})).to.deep.equal([]);
      expect(await codes(calls(wait))).to.deep.equal([]);
    });

  it('has no jitter in wait_exponential, whatever its version is', async () => {
    const text = calls('wait_exponential(min=4, max=10)');
    for (const packages of [undefined, {tenacity: '==8.5.0'}, {tenacity: '==9.2.1'}])
      expect(await codes(text, packages)).to.deep.equal(['RL203']);
  });
});

describe('urllib3', () => {
  const retry = (args: string): string => `from urllib3 import Retry\nretry = Retry(total=2, ${args})\n`;

  it('takes method_whitelist before 2.0', async () => {
    const text = retry('method_whitelist=["GET"]');
    expect(await said(text, ['RL004'], {packages: {urllib3: '>=2'}})).to.deep.equal([
      '2:41 RL004 error method_whitelist is not an argument of Retry since urllib3 2.0, which raises a TypeError. Write allowed_methods.',
    ]);
    expect(await codes(text, {urllib3: '==1.26.20'})).to.deep.equal([]);
    expect(await codes(text)).to.deep.equal([]);
  });

  it('has no jitter to ask for before 2.0', async () => {
    const text = retry('backoff_factor=1, status_forcelist=[503]');
    expect(await codes(text)).to.deep.equal(['RL203']);
    expect(await codes(text, {urllib3: '>=2,<3'})).to.deep.equal(['RL203']);
    expect(await codes(text, {urllib3: '<2'})).to.deep.equal([]);
  });
});

const codesIn = async (desk: Desk, operand: string): Promise<string[]> =>
  reported(await desk.run('--format', 'json', operand)).map(line => line.split(' ')[0]!);

describe('the versions of a project', () => {
  const text = calls('wait_random_exponential(min=20, max=60)');
  const locked = (version: string): string =>
    `version = 1\n\n[[package]]\nname = "tenacity"\nversion = "${version}"\nsource = { registry = "index" }\n`;
  const isEight = async (files: Readonly<Record<string, string>>, path = 'app/calls.py'): Promise<boolean> => {
    const desk = new Desk({'.git/HEAD': '', [path]: text, ...files});
    return !(await codesIn(desk, '.')).includes('RL203');
  };
  const nine: readonly (readonly [what: string, files: Readonly<Record<string, string>>])[] = [
    ['uv.lock', {'uv.lock': locked('9.1.2')}],
    ['poetry.lock', {'poetry.lock': locked('9.1.2').replace('version = 1\n', '')}],
    ['pylock.toml', {'pylock.toml': '[[packages]]\nname = "tenacity"\nversion = "9.1.2"\n'}],
    ['a lock file with Windows lines', {'uv.lock': locked('9.1.2').replaceAll('\n', '\r\n')}],
    ['requirements.txt', {'requirements.txt': 'requests==2.32.0\ntenacity==9.1.2  # waits\n'}],
    ['requirements with a marker', {'requirements.txt': 'Tenacity [async] >= 9, < 10 ; python_version > "3.8"\n'}],
    ['requirements-prod.txt', {'requirements-prod.txt': 'tenacity~=9.0\n'}],
    ['pyproject.toml', {'pyproject.toml': '[project]\ndependencies = ["requests", "tenacity[doc]>=9,<10; os_name"]\n'}],
    ['pyproject.toml of Poetry', {'pyproject.toml': '[tool.poetry.dependencies]\ntenacity = "^9.0"\n'}],
    [
      'a table of Poetry',
      {'pyproject.toml': '[tool.poetry.dependencies]\ntenacity = {extras = ["doc"], version = "^9.0"}\n'},
    ],
    ['a nearer folder', {'uv.lock': locked('8.5.0'), 'app/requirements.txt': 'tenacity==9.1.2\n'}],
    ['lock files that agree', {'uv.lock': locked('9.1.2'), 'poetry.lock': locked('9.0.0')}],
    [
      'the lock file before requirements, whichever it is',
      {'poetry.lock': locked('9.1.2'), 'requirements-dev.txt': 'tenacity==8.5.0\n'},
    ],
    ['the lock file before requirements', {'uv.lock': locked('9.1.2'), 'requirements.txt': 'tenacity==8.5.0\n'}],
    [
      'requirements before pyproject.toml',
      {'requirements.txt': 'tenacity>9\n', 'pyproject.toml': 'a = ["tenacity<9"]'},
    ],
    [
      'a lock file above a member',
      {'uv.lock': locked('9.1.2'), 'app/pyproject.toml': 'dependencies = ["tenacity>=8"]'},
    ],
    ['a member below requirements', {'requirements.txt': 'tenacity<9', 'app/pyproject.toml': 'a = ["tenacity>=9"]'}],
  ];
  for (const [what, files] of nine)
    it(`are those of ${what}`, async () => {
      expect(await isEight(files)).to.equal(false);
    });

  const unknown: readonly (readonly [what: string, files: Readonly<Record<string, string>>])[] = [
    ['nothing names them', {}],
    ['they differ', {'uv.lock': locked('9.1.2') + locked('8.5.0')}],
    ['lock files differ', {'uv.lock': locked('9.1.2'), 'poetry.lock': locked('8.5.0')}],
    [
      'lock files differ, whatever requirements say',
      {
        'uv.lock': locked('8.5.0'),
        'pylock.toml': locked('9.1.2'),
        'requirements.txt': 'tenacity==9.1.2',
      },
    ],
    ['a lock file does not have them, and requirements do', {'uv.lock': '', 'requirements.txt': 'tenacity==9.1.2'}],
    ['requirements differ', {'requirements.txt': 'tenacity==9.1.2\n', 'requirements-dev.txt': 'tenacity==8.5.0\n'}],
    ['another package has the name in its own', {'uv.lock': locked('9.1.2').replace('tenacity', 'tenacity-stubs')}],
    ['requirements leave them open', {'requirements.txt': 'tenacity\n', 'pyproject.toml': 'a = ["tenacity-x>=9"]'}],
    ['a comment has them', {'requirements.txt': '# tenacity==9.1.2\n'}],
    ['the lock file of the project does not have them', {'uv.lock': locked('9.1.2'), 'app/uv.lock': 'version = 1\n'}],
    ['they are in a folder beside', {'uv.lock': '', 'other/uv.lock': locked('9.1.2')}],
  ];
  for (const [what, files] of unknown)
    it(`are not known where ${what}`, async () => {
      expect(await isEight(files)).to.equal(true);
    });

  it('are not looked for outside of the repository', async () => {
    const desk = new Desk({'requirements.txt': 'tenacity==9.1.2\n', 'shop/.git/HEAD': '', 'shop/calls.py': text});
    expect(await codesIn(desk, 'shop/calls.py')).not.to.include('RL203');
  });

  it('are looked for in the working directory where there is no repository', async () => {
    const desk = new Desk({'requirements.txt': 'tenacity==9.1.2\n', 'shop/calls.py': text});
    expect(await codesIn(desk, 'shop/calls.py')).to.include('RL203');
  });
});
