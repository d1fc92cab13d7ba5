import {type Answer, events, json, status} from '../fault-server.ts';
import {connect} from '../recipes/mcp.ts';
import {GAP_MS, PARTS, type Subject} from '../subject.ts';

interface Message {
  readonly id?: number;
  readonly method: string;
}
const messageOf = (body: string): Message | null => (body === '' ? null : JSON.parse(body));

/** The handshake is always answered, and a tool call as it is said. */
const withHandshake =
  (toTool: (id: number | undefined) => Answer): Answer =>
  (response, request) => {
    const message = messageOf(request.body);
    return answerTo(message)(response, request);

    function answerTo(message: Message | null): Answer {
      // No stream of messages from the server is offered.
      if (message === null) return status(405);
      if (message.method === 'initialize') {
        const serverInfo = {name: 'server', version: '1.0.0'};
        return json({
          jsonrpc: '2.0',
          id: message.id,
          result: {protocolVersion: '2025-06-18', capabilities: {tools: {}}, serverInfo},
        });
      }
      return message.id === undefined ? status(202) : toTool(message.id);
    }
  };
const result = (id: number | undefined, text: string) => ({
  jsonrpc: '2.0',
  id,
  result: {content: [{type: 'text', text}]},
});
const progress = (part: string) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: {progressToken: 0, progress: 1, message: part},
});

export const mcp: Subject = {
  async connect(fetch, url) {
    const client = await connect(fetch, url);
    const call = async (options: {signal?: AbortSignal}) => {
      const {content} = await client.callTool({name: 'say', arguments: {}}, undefined, options);
      return (content as {text: string}[])[0]!.text;
    };
    return {
      write: signal => call({signal}),
      stream: () => call({}),
    };
  },
  answers: {
    write: withHandshake(id => json(result(id, 'ok'))),
    refusal: withHandshake(() => json({jsonrpc: '2.0', id: null, error: {code: -32600, message: 'bad tool'}}, 400)),
    stream: withHandshake(id => events([...PARTS.map(progress), result(id, PARTS.join(''))], GAP_MS)),
  },
  counts: ({body}) => messageOf(body)?.method === 'tools/call',
};
