/** A server on this machine that answers by script, for the recipes of the cookbook. */
import {once} from 'node:events';
import {createServer, type IncomingHttpHeaders, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status, or a function that answers. */
export type Step = number | ((response: ServerResponse, request: SeenRequest) => void);

export interface ScriptServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** The last step of the script repeats. */
export async function scriptServer(...script: readonly Step[]): Promise<ScriptServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const {method = '', url = '', headers} = incoming;
    const step = script[Math.min(requests.length, script.length - 1)]!;
    const request = {method, url, headers, body: await text(incoming)};
    requests.push(request);
    if (typeof step === 'function') step(response, request);
    else response.writeHead(step, {'content-type': 'application/json'}).end(step === 200 ? '{"ok":true}' : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
