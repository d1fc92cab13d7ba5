/** The server of the loopback tables, in a process of its own so that its work is not counted. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

const body = Buffer.from('{"ok":true,"id":123,"name":"widget"}');
const headers = {'content-type': 'application/json', 'content-length': body.length};
/** As OpenAI streams it: a chunk with the role alone, chunks of content, the end. */
const chunkOf = (delta: object): string =>
  `data: ${JSON.stringify({object: 'chat.completion.chunk', choices: [{index: 0, delta, finish_reason: null}]})}\n\n`;
const role = chunkOf({role: 'assistant', content: ''});
const rest = `${Array.from({length: 8}, (_, index) => chunkOf({content: `word ${index}`})).join('')}data: [DONE]\n\n`;

const server = createServer((request, response) => {
  if (request.method === 'POST') request.resume();
  if (request.url === '/events') {
    response.writeHead(200, {'content-type': 'text/event-stream'}).write(role);
    return void setImmediate(() => response.end(rest));
  }
  response.writeHead(200, headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
