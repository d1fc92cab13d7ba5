import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';

describe('@hono/node-server', () => {
  it('relays JSON, text and streams that steadfetch read, where it has replaced globalThis.Response', async () => {
    const program = fileURLToPath(new URL('programs/hono-server.ts', import.meta.url));
    const {stdout} = await promisify(execFile)(process.execPath, ['--no-warnings', program]);
    expect(JSON.parse(stdout)).to.deep.equal({replaced: true, read: ['{"name":"ok"}', '"ok"', 'one two']});
  });
});
