/** The answer is the runtime's own Response, and every way to read it works. */
import {useModelEndpoints} from '../../../src/features.ts';
import {AT_ONCE, type Case, equal, ok, Script} from '../case.ts';

useModelEndpoints();

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

/** What the server sends for `events`. */
const EVENTS = ': ping\n\ndata: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n';

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
  ...Object.entries(WAYS)
    .filter(([way]) => way !== 'json')
    .map(
      ([way, read]): Case => ({
        name: `an event stream after one that began with an overload is read by ${way}`,
        async run({here}, adapter) {
          const {url} = new Script(here, 'overload,events');
          const response = await adapter({...AT_ONCE, stream: {}})(url);
          equal(await read(response), EVENTS, 'text');
          ok(response instanceof Response, 'it is none');
          equal([response.url, response.status, response.bodyUsed], [url, 200, way !== 'clone'], 'facts');
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
