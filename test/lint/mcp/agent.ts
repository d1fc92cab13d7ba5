/** An agent: the client of the official SDK, connected by streams to the server in this process. */
import {Client} from '@modelcontextprotocol/client';
// A transport over two streams; neither side of it is a server.
import {StdioServerTransport} from '@modelcontextprotocol/server/stdio';
import {afterEachTest} from '../../support/after-each.ts';
import {Desk} from '../cli/desk.ts';

/** What a tool answered. */
export interface Answer {
  readonly isError: boolean;
  /** The texts, one after the other. */
  readonly texts: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

const running: Agent[] = [];

afterEachTest(async () => {
  for (const agent of running.splice(0)) await agent.leave();
});

export class Agent {
  readonly desk: Desk;
  readonly client: Client = new Client({name: 'agent', version: '1.0.0'});
  readonly exitCode: Promise<number>;

  private constructor(desk: Desk, argv: readonly string[]) {
    this.desk = desk;
    this.exitCode = desk.run('mcp', ...argv).then(({code}) => code);
  }

  /** @param argv Arguments of the command after `mcp`. */
  static async start(files: Readonly<Record<string, string>>, ...argv: string[]): Promise<Agent> {
    const agent = new Agent(new Desk(files), argv);
    running.push(agent);
    await agent.#connect();
    return agent;
  }

  /** For several tests, because each start loads the linter in a thread. Its creator lets it leave, and removes the desk. */
  static async lasting(files: Readonly<Record<string, string>>): Promise<Agent> {
    const desk = Desk.lasting();
    for (const [path, text] of Object.entries(files)) desk.write(path, text);
    const agent = new Agent(desk, []);
    await agent.#connect();
    return agent;
  }

  async #connect(): Promise<void> {
    const {input, output} = this.desk.streams;
    await this.client.connect(new StdioServerTransport(output, input));
  }

  async call(name: string, args: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Answer> {
    const {
      isError = false,
      content,
      structuredContent,
    } = await this.client.callTool({name, arguments: args}, signal === undefined ? {} : {signal});
    return {
      isError,
      texts: content.flatMap(each => (each.type === 'text' ? [each.text] : [])),
      data: (structuredContent ?? {}) as Record<string, unknown>,
    };
  }

  /** The message of a call that fails. */
  async failure(name: string, args: Record<string, unknown> = {}): Promise<string> {
    const {isError, texts} = await this.call(name, args);
    return isError ? texts.join('\n') : 'no failure';
  }

  async leave(): Promise<void> {
    this.desk.streams.input.end();
    await this.exitCode;
    await this.client.close();
  }
}
