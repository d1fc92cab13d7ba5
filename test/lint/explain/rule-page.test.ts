/** How the page of a rule is read. */

import {expect} from 'chai';
import {readRulePage} from '../../../lint/explain/rule-page.ts';

const page = `---
category: load
severity: error
confidence: high
fix: unsafe
since: 0.1.0
---

# RL203 no-synchronized-retries

**Spread retries with jitter.**

Without jitter, retries come in bursts.

\`\`\`jsonc
## no heading
\`\`\`

- A list.

## Flagged

### No jitter

\`\`\`jsonc
{
  "backoff": {"jitter": "none"}
}
\`\`\`

\`\`\`text
2:15-23  error  Retries come in bursts.
    fix  Set jitter to "full"
    or   Wait
1:1-3:2  info  Both "a" and \`b\`.
3:2-2  warning  Here.
\`\`\`

With \`--fix --unsafe-fixes\`:

\`\`\`jsonc
{
  "backoff": {"jitter": "full"}
}
\`\`\`

### Inherited

\`shop.yaml\`:

\`\`\`yaml
extends: [./base.json]
\`\`\`

\`base.json\`:

\`\`\`jsonc
{"backoff": {"jitter": "none"}}
\`\`\`

\`\`\`text
1:1-8  error  Inherited.
\`\`\`

## Left alone

### Full jitter

\`\`\`yaml
backoff: {jitter: full}
\`\`\`

## Worked out

Whatever stands here.

## Sources

- [A book](https://example.com/book)
- [The policy](../policy.md#backoff)

[All rules](README.md), and how to [switch one off](README.md#settings)
`;

const read = (text: string) => readRulePage(text, 'docs/rules/RL203.md');

describe('the page of a rule', () => {
  it('is read into the facts, reasons, examples and sources of the rule', () => {
    expect(read(page)).to.deep.equal({
      facts: {
        code: 'RL203',
        name: 'no-synchronized-retries',
        category: 'load',
        severity: 'error',
        confidence: 'high',
        fix: 'unsafe',
        summary: 'Spread retries with jitter',
      },
      since: '0.1.0',
      formerly: [],
      why: 'Without jitter, retries come in bursts.\n\n```jsonc\n## no heading\n```\n\n- A list.',
      bad: [
        {
          name: 'No jitter',
          path: 'policy.jsonc',
          text: '{\n  "backoff": {"jitter": "none"}\n}\n',
          findings: [
            {at: '2:15', marks: '"jitter"', severity: 'error', message: 'Retries come in bursts.'},
            {
              at: '1:1',
              marks: '{\n  "backoff": {"jitter": "none"}\n}',
              severity: 'info',
              message: 'Both "a" and `b`.',
            },
            {at: '3:2', marks: '', severity: 'warning', message: 'Here.'},
          ],
          output: `2:15-23  error  Retries come in bursts.
    fix  Set jitter to "full"
    or   Wait
1:1-3:2  info  Both "a" and \`b\`.
3:2-2  warning  Here.
`,
          fixed: '{\n  "backoff": {"jitter": "full"}\n}\n',
        },
        {
          name: 'Inherited',
          path: 'shop.yaml',
          text: 'extends: [./base.json]\n',
          files: {'base.json': '{"backoff": {"jitter": "none"}}\n'},
          findings: [{at: '1:1', marks: 'extends', severity: 'error', message: 'Inherited.'}],
          output: '1:1-8  error  Inherited.\n',
        },
      ],
      good: [{name: 'Full jitter', path: 'policy.yaml', text: 'backoff: {jitter: full}\n'}],
      sources: [
        {title: 'A book', url: 'https://example.com/book'},
        {title: 'The policy', url: 'docs/policy.md#backoff'},
      ],
    });
  });

  it('may have the line breaks of Windows', () => {
    expect(read(page.replaceAll('\n', '\r\n'))).to.deep.equal(read(page));
  });

  it('may lack a fix and arithmetic, and be of the preset strict alone', () => {
    const text = page.replace('fix: unsafe\n', 'strict: true\n').replace(/## Worked out[\s\S]+(?=## Sources)/, '');
    expect(() => read(text)).to.throw('docs/rules/RL203.md:39: expected "With `--fix`:".');
    expect(read(text.replace(' --unsafe-fixes', '')).facts)
      .to.include({strict: true})
      .and.not.have.property('fix');
  });

  const mistakes: [title: string, from: string | RegExp, to: string, message: string][] = [
    ['without front matter', /^---\n[\s\S]+?---\n/, '', ':1: expected "---".'],
    [
      'with an unknown severity',
      'severity: error',
      'severity: fatal',
      ':3: expected "severity: error | warning | info".',
    ],
    ['with an unknown field', 'fix: unsafe', 'fixes: unsafe', ':5: expected "since: 1.0.0".'],
    ['without a name', '# RL203 no-synchronized-retries', '# RL203', ':9: expected "# RL000 name-of-the-rule".'],
    [
      'with a summary in plain text',
      '**Spread retries with jitter.**',
      'Spread.',
      ':11: expected "**What the rule asks for.**".',
    ],
    ['without examples', '## Flagged', '## Found', '"## Flagged".'],
    ['with an example without a name', '### No jitter\n', '', ':24: expected "### Name of an example".'],
    [
      'with an example in another language',
      '```jsonc\n{\n  "backoff": {"jitter": "none"',
      '```json\n{\n  "backoff": {"jitter": "none"',
      ':25: expected a block of jsonc or yaml or python.',
    ],
    ['with an example that shows no findings', /```text\n2:[\s\S]+?```\n/, '', 'expected a block of text.'],
    ['with a finding without a range', '1:1-3:2  info', '1:1  info', ':35: expected "1:2-3  error  Message."'],
    [
      'that begins with a fix',
      '2:15-23  error  Retries come in bursts.\n',
      '',
      ':32: expected "1:2-3  error  Message."',
    ],
    [
      'with a block that does not end',
      /```\n\n## Worked out/,
      '\n## Worked out',
      ':69: this block of code does not end.',
    ],
    ['without good examples', /### Full jitter\n\n```yaml\n[\s\S]+?```\n\n/, '', 'expected "### Name of an example".'],
    [
      'with a source that is no link',
      '- [A book](https://example.com/book)',
      '- [A book](example.com)',
      '"- [Title](url)" and not "- [A book](example.com)"',
    ],
    ['without its last line', /\[All rules\].*/, '', 'expected "[All rules](README.md)'],
    ['with more after its last line', /$/, '\nMore.\n', 'expected the end of the page.'],
  ];
  for (const [title, from, to, message] of mistakes)
    it(`is refused ${title}`, () => {
      const text = page.replace(from, to);
      expect(text).to.not.equal(page);
      expect(() => read(text)).to.throw(SyntaxError, message);
      expect(() => read(text)).to.throw(/^docs\/rules\/RL203\.md:\d+: /);
    });
});
