/** The server of the loopback tables, in a process of its own so that its work is not counted. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

const body = Buffer.from('{"ok":true,"id":123,"name":"widget"}');
const headers = {'content-type': 'application/json', 'content-length': body.length};
const server = createServer((request, response) => {
  if (request.method === 'POST') request.resume();
  response.writeHead(200, headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
