/** Which bodies of inference requests change something, so that the request must not be repeated as one that only costs tokens. */
import {expect} from 'chai';
import {bodyActs} from '../../src/decide/acting-body.ts';

const acts = (body: unknown): boolean => bodyActs(JSON.stringify(body));

describe('a body of an inference request', () => {
  for (const [what, body] of [
    ['a conversation of OpenAI’s, by its id', {conversation: 'conv_1'}],
    ['the same as an object', {conversation: {id: 'conv_1'}}],
    ['a persisted conversation of Cohere’s v1', {conversation_id: 'c1'}],
    ['a background response', {background: true, stream: true}],
    ['a deferred completion of xAI’s', {deferred: true}],
    [
      'a hosted MCP server of OpenAI’s, Groq’s or xAI’s',
      {tools: [{type: 'function'}, {type: 'mcp', server_label: 'x'}]},
    ],
    ['MCP servers of Anthropic’s', {mcp_servers: [{type: 'url', url: 'https://mcp.test'}]}],
    ['an MCP server of Gemini’s', {tools: [{mcpServers: [{streamableHttpTransport: {url: 'https://mcp.test'}}]}]}],
    ['an MCP toolset of Anthropic’s', {tools: [{type: 'mcp_toolset', mcp_server_name: 'x'}]}],
    ['code that runs in a container that is kept, at Anthropic’s', {container: 'container_1'}],
    ['the same with skills', {container: {id: 'container_1', skills: []}}],
    ['the same at OpenAI’s', {tools: [{type: 'code_interpreter', container: 'cntr_1'}]}],
    ['a shell in a container that is kept', {tools: [{type: 'shell', environment: {container_id: 'cntr_1'}}]}],
    ['a webhook of Replicate’s', {input: {}, webhook: 'https://hook.test'}],
  ] as const)
    it(`acts: ${what}`, () => expect(acts({model: 'm', ...body})).to.equal(true));

  for (const [what, body] of [
    ['a prompt that speaks of it', {input: '{"conversation": "c1", "background": true}'}],
    ['a field that is not set', {conversation: null, background: false, mcp_servers: [], webhook: ''}],
    ['a tool with a parameter of that name', {tools: [{type: 'function', parameters: {properties: {webhook: {}}}}]}],
    ['a container of its own', {tools: [{type: 'code_interpreter', container: {type: 'auto'}}]}],
    ['skills in a container of their own', {container: {skills: [{skill_id: 'xlsx'}]}}],
    ['tools that only read', {tools: [{type: 'web_search'}, {type: 'file_search'}, null], store: true}],
    ['cached content of Gemini’s', {cachedContent: 'cachedContents/1'}],
    ['a list', [{conversation: 'c1'}]],
    [
      'an image without a background',
      {background: 'transparent', tools: [{type: 'image_generation', background: 'auto'}]},
    ],
    ['a container that is made anew', {tools: [{type: 'code_interpreter', container: 'auto'}]}],
  ] as const)
    it(`only costs tokens: ${what}`, () => expect(acts(body)).to.equal(false));

  it('acts also behind a byte order mark, and with escapes in its names, which JSON allows', () => {
    expect(bodyActs('\uFEFF{"background": true}')).to.equal(true);
    expect(bodyActs('{"\\u0062ackground": true}')).to.equal(true);
    expect(bodyActs('{"backgr\\u006fund": true}')).to.equal(true);
    expect(bodyActs('{"tools": [{"\\u0074ype": "m\\u0063p"}]}')).to.equal(true);
    expect(bodyActs('{"input": "a \\u0062ackground"}')).to.equal(false);
  });

  it('is taken for one that only costs tokens where it is not known, or no JSON', () => {
    expect(bodyActs(undefined)).to.equal(false);
    expect(bodyActs('{"conversation": ')).to.equal(false);
  });
});
