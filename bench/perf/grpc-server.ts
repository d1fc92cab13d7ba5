/** The server of the gRPC table, in a process of its own: answers each call at once. */
import {Server, ServerCredentials} from '@grpc/grpc-js';
import {METHOD} from './grpc-method.ts';

const answer = Buffer.from('{"ok":true,"id":123,"name":"widget"}');
const server = new Server();
server.addService(
  {Call: METHOD},
  {Call: (_: unknown, reply: (error: null, value: Buffer) => void) => reply(null, answer)},
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send!(port);
});
process.on('disconnect', () => process.exit());
