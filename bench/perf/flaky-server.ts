/** The server of the batch table, in a process of its own: every twentieth answer is 503. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

const EVERY = 20;
const body = Buffer.from('{"ok":true,"id":123,"name":"widget"}');
const headers = {'content-type': 'application/json', 'content-length': body.length};
let count = 0;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(++count % EVERY === 0 ? 503 : 200, headers).end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
