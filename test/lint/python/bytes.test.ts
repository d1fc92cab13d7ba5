/** Bytes that are no letters of the program: a byte order mark, and those of another encoding. */
import {expect} from 'chai';
import {fixText} from '../../../lint/fix.ts';
import {findingsOf} from './findings.ts';

const BARE = 'from tenacity import retry\n\n@retry\ndef f():\n    pass\n';

describe('the bytes of a Python file', () => {
  it('may begin with a byte order mark, which is no part of the first name', async () => {
    const codes = async (text: string) =>
      (await findingsOf(text)).map(({code, range: {start}}) => `${start.line} ${code}`);
    expect(await codes(`\uFEFF${BARE}`))
      .to.deep.equal(await codes(BARE))
      .and.to.include('3 RL201');
  });

  it('may be form feeds, behind which the blanks of a line are counted anew', async () => {
    const text = `import requests, time

def fetch(url):
    for attempt in range(4):
        try:
            return requests.get(url, timeout=5).json()
        except requests.ConnectionError:
            if attempt == 3:
                raise
            time.sleep(2**attempt)  # noqa: RL203
`;
    for (const line of [
      '\f            time',
      '  \f            time',
      '   \f   \f            time',
      '\f\n            time',
    ]) {
      const fed = text.replace('            time', line);
      const request = {path: 'calls.py', files: {'calls.py': fed}};
      const {text: after, report} = await fixText(request);
      expect(after).to.equal(fed);
      expect(report.findings).to.deep.equal([]);
      expect(report.suppressed).to.have.lengthOf(1);
    }
    // Behind a backslash, the line goes on.
    expect(await findingsOf(text.replace('return requests', 'return \\\n\frequests'))).to.deep.equal([]);
  });

  it('in an encoding that is not known are never written: such a file has one finding, and no fix', async () => {
    const text = `# Z\uFFFDrich\n# retry-lint-disable-next-line RL203 -- unused\n${BARE}`;
    const request = {path: 'calls.py', files: {'calls.py': text}};
    const {text: after, report} = await fixText(request, {unsafe: true});
    expect(after).to.equal(text);
    expect(report.findings.map(({code, range}) => `${range.start.line} ${code}`)).to.deep.equal(['1 RL006']);
  });

  it('in an encoding that is not known are no finding in a program without retries', async () => {
    expect(await findingsOf('# Z\uFFFDrich\nprint(1)\n')).to.deep.equal([]);
  });
});

describe('questions that are asked again because of their answer', () => {
  for (const [name, text] of [
    [
      'an error of the file',
      'from tenacity import retry, retry_if_exception_type, stop_after_attempt\n\nclass BadAnswer(Exception): ...\n\n@retry(stop=stop_after_attempt(3), retry=retry_if_exception_type(BadAnswer))\ndef f():\n    ask()\n',
    ],
    [
      'a result',
      'from tenacity import retry, retry_if_result, stop_after_attempt\n\n@retry(stop=stop_after_attempt(3), retry=retry_if_result(bool))\ndef f():\n    ask()\n',
    ],
    [
      'a parser',
      'import backoff, json\n\n@backoff.on_exception(backoff.constant, json.JSONDecodeError, interval=0, max_tries=3)\ndef f():\n    ask()\n',
    ],
  ] as const)
    it(`need no wait: ${name}`, async () => {
      expect((await findingsOf(text)).filter(({severity}) => severity !== 'info')).to.deep.equal([]);
    });
});

it('a client whose retries are set elsewhere multiplies nothing that is known', async () => {
  const text =
    'from openai import OpenAI\nfrom tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential\n\nclient = OpenAI()\nclient.max_retries = 0\n\n@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=9), retry=retry_if_exception_type(ConnectionError))\ndef f():\n    return client.responses.create(model="m", input="x")\n';
  expect(await findingsOf(text)).to.deep.equal([]);
});
