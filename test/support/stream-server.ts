/** The server of the stream probe, in a process of its own: sends bodies in chunks, and bodies whose connection breaks after the first chunk. */
import {createServer, type ServerResponse} from 'node:http';

const CHUNK = 'x'.repeat(1000);
/** The same as an event, for clients that ask for an event stream. */
const EVENT = `data: ${CHUNK}\n\n`;

const server = createServer((request, response) => {
  request.resume();
  const status = Number(request.headers['x-status'] ?? 200);
  const headers = {'content-type': request.headers.accept === 'text/event-stream' ? 'text/event-stream' : 'text/plain'};
  switch (request.url) {
    case '/json':
      response.writeHead(status, {'content-type': 'application/json'});
      return void inChunks(response, ['{"said":"', CHUNK, '"}']);
    case '/form':
      response.writeHead(status, {'content-type': 'application/x-www-form-urlencoded'});
      return void inChunks(response, ['a=', CHUNK, '&b=2']);
    case '/broken':
      response.writeHead(status, headers).write(EVENT);
      // A reader that is left in the middle keeps its connection, in plain fetch too, until the connection ends.
      setTimeout(() => response.destroy(), 30);
      return;
    default:
      response.writeHead(status, headers);
      inChunks(response, [EVENT, EVENT, EVENT]);
  }
});

function inChunks(response: ServerResponse, chunks: string[]): void {
  const chunk = chunks.shift();
  if (chunk === undefined) response.end();
  else {
    response.write(chunk);
    setImmediate(inChunks, response, chunks);
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send!(typeof address === 'object' ? address?.port : 0);
});
process.on('disconnect', () => process.exit());
