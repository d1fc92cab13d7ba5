/** Layers that the configuration names, since no file in the repository says that they retry. */

import {expect} from 'chai';
import {Desk} from './desk.ts';

const client = 'from openai import OpenAI\n\nclient = OpenAI(timeout=20)\n';
const config = (layers: unknown): string => JSON.stringify({layers});
const gateway = {name: 'the gateway', maxAttempts: 3};

/** `calls.py:3 RL209 message` of each finding about layers. */
async function said(desk: Desk, ...operands: string[]): Promise<string[]> {
  const {out, err} = await desk.run('--format', 'json', ...operands);
  expect(err).to.equal('');
  const {findings} = JSON.parse(out) as {
    findings: {code: string; severity: string; path: string; message: string; range: {start: {line: number}}}[];
  };
  return findings
    .filter(({code}) => code === 'RL209')
    .map(({path, severity, message, range}) => `${path}:${range.start.line} ${severity} ${message}`);
}

describe('layers of the configuration', () => {
  it('multiply the attempts of clients in programs', async () => {
    const desk = new Desk({'.retry-lintrc.json': config([gateway]), 'calls.py': client});
    expect(await said(desk, '.')).to.deep.equal([
      'calls.py:3 warning 3 attempts here × 3 of the gateway make 9 requests per call when every attempt fails; the limit is 3. Retry in one layer.',
    ]);
    desk.write('calls.py', client.replace('OpenAI(', 'OpenAI(max_retries=0, '));
    expect(await said(desk, '.')).to.deep.equal([]);
  });

  it('come on top of a client inside of a retry', async () => {
    const retried = `${client}from tenacity import retry, stop_after_attempt, wait_random_exponential

@retry(stop=stop_after_attempt(2), wait=wait_random_exponential(max=9))
def ask():
    return client.responses.create(model="m", input="x")
`;
    const desk = new Desk({'pyproject.toml': '[[tool.retry-lint.layers]]\nname = "Envoy"\nmaxAttempts = 2\n'});
    desk.write('calls.py', retried);
    expect(await said(desk, 'calls.py')).to.deep.equal([
      'calls.py:3 warning 3 attempts here × 2 of Envoy make 6 requests per call when every attempt fails; the limit is 3. Retry in one layer.',
      'calls.py:6 error 2 attempts here × 3 of the OpenAI client × 2 of Envoy make 12 requests per call when every attempt fails; the limit is 3. Retry in one layer.',
    ]);
  });

  it('say nothing of what may go elsewhere', async () => {
    const desk = new Desk({'.retry-lintrc.json': config([gateway])});
    desk.write(
      'rows.py',
      'from tenacity import retry, stop_after_attempt, wait_random_exponential\n\n@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=9))\ndef load():\n    return db.read()\n',
    );
    desk.write('adapter.py', 'from requests.adapters import HTTPAdapter\n\na = HTTPAdapter(max_retries=3)\n');
    expect(await said(desk, '.')).to.deep.equal([]);
  });

  it('hold for the files that they name', async () => {
    const layers = [{...gateway, files: ['services/**']}];
    const desk = new Desk({'.retry-lintrc.json': config(layers), 'calls.py': client, 'services/calls.py': client});
    expect((await said(desk, '.')).map(line => line.split(' ')[0])).to.deep.equal(['services/calls.py:3']);
  });

  it('are those of a policy that names none', async () => {
    const desk = new Desk({'.retry-lintrc.json': config([{...gateway, maxAttempts: 4}])});
    desk.write('a.retry.json', '{"maxAttempts": 4}');
    desk.write('b.retry.json', '{"maxAttempts": 4, "retryingLayers": []}');
    expect(await said(desk, '.')).to.deep.equal([
      'a.retry.json:1 error 4 attempts here × 4 of the gateway make 16 requests per call when every attempt fails; the limit is 9. Retry in one layer.',
    ]);
  });

  it('are not those of a gateway itself', async () => {
    const desk = new Desk({'.retry-lintrc.json': config([gateway])});
    desk.write(
      'litellm.yaml',
      'model_list:\n  - model_name: a\n    litellm_params: {model: openai/a, timeout: 9}\nrouter_settings: {num_retries: 3}\n',
    );
    expect(await said(desk, '.')).to.deep.equal([]);
  });

  it('are shown by print-config', async () => {
    const desk = new Desk({'.retry-lintrc.json': config([gateway])});
    expect(JSON.parse((await desk.run('print-config', 'a.py')).out)).to.deep.include({layers: [gateway]});
  });

  const mistakes: readonly (readonly [layers: unknown, message: string])[] = [
    [{}, 'layers must be a list of layers, got an empty object'],
    [[{name: 'x'}], 'layers[0].maxAttempts is missing'],
    [[{maxAttempts: 3}], 'layers[0].name is missing'],
    [[{name: '', maxAttempts: 3}], 'layers[0].name must be a name such as "gateway", got ""'],
    [[{name: 'x', maxAttempts: 0}], 'layers[0].maxAttempts must be a whole number above 0, got 0'],
    [[{name: 'x', maxAttempts: 2.5}], 'layers[0].maxAttempts must be a whole number above 0, got 2.5'],
    [[{name: 'x', maxAttempts: 2, file: []}], 'layers[0].file is not a field of a layer; did you mean "files"?'],
  ];
  for (const [layers, message] of mistakes)
    it(`are checked: ${message}`, async () => {
      const desk = new Desk({'.retry-lintrc.json': config(layers), 'calls.py': client});
      const {code, err} = await desk.run('calls.py');
      expect(code).to.equal(2);
      expect(err).to.include(message);
    });
});
