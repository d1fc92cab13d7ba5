import {events, json} from '../fault-server.ts';
import {connect} from '../recipes/anthropic.ts';
import {GAP_MS, PARTS, type Subject} from '../subject.ts';

const request = {model: 'model', max_tokens: 10, messages: [{role: 'user' as const, content: 'say ok'}]};
const message = {id: '1', type: 'message', role: 'assistant', model: 'model', content: [], usage: {}};

export const anthropic: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      read: async signal => (await client.models.retrieve('model', {}, {signal})).id,
      async write(signal) {
        const [block] = (await client.messages.create(request, {signal})).content;
        return block?.type === 'text' ? block.text : '';
      },
      async stream() {
        let all = '';
        for await (const event of await client.messages.create({...request, stream: true}))
          if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') all += event.delta.text;
        return all;
      },
    };
  },
  answers: {
    read: json({id: 'ok', type: 'model'}),
    write: json({...message, content: [{type: 'text', text: 'ok'}]}),
    refusal: json({type: 'error', error: {type: 'invalid_request_error', message: 'bad model'}}, 400),
    overload: events(
      [
        {type: 'message_start', message},
        {type: 'ping'},
        {type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}},
      ],
      0,
    ),
    stream: events(
      [
        {type: 'message_start', message},
        {type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}},
        ...PARTS.map(text => ({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text}})),
        {type: 'content_block_stop', index: 0},
        {type: 'message_stop'},
      ],
      GAP_MS,
    ),
  },
};
