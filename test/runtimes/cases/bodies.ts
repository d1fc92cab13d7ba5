/** The answer is the runtime's own Response, and every way to read it works. */
import {AT_ONCE, type Case, equal, ok, Script} from '../case.ts';

const WAYS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  json: async response => JSON.stringify(await response.json()),
  text: response => response.text(),
  arrayBuffer: async response => new TextDecoder().decode(await response.arrayBuffer()),
  blob: async response => (await response.blob()).text(),
  clone: async response => `${await response.clone().text()}`,
  pipeThrough: response => new Response(response.body!.pipeThrough(new TransformStream())).text(),
  tee: async response => {
    const [one, other] = response.body!.tee();
    return (await Promise.all([new Response(one).text(), new Response(other).text()]))[0];
  },
};

export const bodies: readonly Case[] = [
  ...Object.entries(WAYS).map(
    ([way, read]): Case => ({
      name: `an answer is read by ${way}`,
      async run({here}, adapter) {
        const response = await adapter(AT_ONCE)(new Script(here, '503,200').url);
        equal(await read(response), '{"ok":true}', 'text');
      },
    }),
  ),
  {
    name: 'the answer is a Response of the runtime, with its URL, type and headers',
    async run({here}, adapter) {
      const {url} = new Script(here, '503,200;x-mark=yes');
      const response = await adapter(AT_ONCE)(url);
      ok(response instanceof Response, 'it is none');
      equal([response.url, response.headers.get('x-mark'), response.ok], [url, 'yes', true], 'facts');
    },
  },
];
