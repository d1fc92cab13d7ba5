import {events, json} from '../fault-server.ts';
import {connect} from '../recipes/openai.ts';
import {GAP_MS, PARTS, type Subject} from '../subject.ts';

const request = {model: 'model', messages: [{role: 'user' as const, content: 'say ok'}]};
const delta = (content: string) => ({
  id: '1',
  object: 'chat.completion.chunk',
  choices: [{index: 0, delta: {content}}],
});

export const openaiAnswers: Subject['answers'] = {
  read: json({id: 'ok', object: 'model'}),
  write: json({
    id: '1',
    object: 'chat.completion',
    choices: [{index: 0, finish_reason: 'stop', message: {role: 'assistant', content: 'ok'}}],
    usage: {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2},
  }),
  refusal: json({error: {message: 'bad model', type: 'invalid_request_error', param: null, code: null}}, 400),
  overload: events(
    [
      {...delta(''), choices: [{index: 0, delta: {role: 'assistant', content: ''}, finish_reason: null}]},
      {error: {message: 'overloaded', type: 'server_error', param: null, code: null}},
    ],
    0,
  ),
  stream: events([...PARTS.map(delta), '[DONE]'], GAP_MS),
};

export const openai: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      read: async signal => (await client.models.retrieve('model', {signal})).id,
      write: async signal => (await client.chat.completions.create(request, {signal})).choices[0]!.message.content!,
      async stream() {
        let all = '';
        for await (const {choices} of await client.chat.completions.create({...request, stream: true}))
          all += choices[0]!.delta.content;
        return all;
      },
    };
  },
  answers: openaiAnswers,
};
