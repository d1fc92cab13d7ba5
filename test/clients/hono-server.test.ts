import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';

async function printed(name: string): Promise<unknown> {
  const program = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  const {stdout} = await promisify(execFile)(process.execPath, ['--no-warnings', program]);
  return JSON.parse(stdout);
}

describe('@hono/node-server', () => {
  it('relays JSON, text and streams that steadfetch read, where it has replaced globalThis.Response', async () => {
    const read = ['{"name":"ok"}', '"ok"', 'one two'];
    expect(await printed('hono-server.ts')).to.deep.equal({replaced: true, read});
  });

  it('replays the content type that the body of a response has by itself', async () => {
    const text = 'text/plain;charset=UTF-8';
    const form = 'application/x-www-form-urlencoded;charset=UTF-8';
    expect(await printed('hono-replays.ts')).to.deep.equal({
      text: [text, text],
      blob: ['application/pdf', 'application/pdf'],
      form: [form, form],
      json: ['application/json', 'application/json'],
      none: [null, null],
    });
  });
});
