/** The policy of the walkthrough is as safe as its page says. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {lintText} from '../../../lint/index.ts';

const page = new URL('../../../lint/vscode/walkthrough/init.md', import.meta.url);

describe('the walkthrough of VS Code', () => {
  it('shows a policy without findings', async () => {
    const [, policy] = /^```jsonc\n([\s\S]*?)^```/m.exec(readFileSync(page, 'utf8'))!;
    const {findings} = await lintText({path: 'policy.jsonc', files: {'policy.jsonc': policy!}});
    expect(findings).to.deep.equal([]);
  });
});
