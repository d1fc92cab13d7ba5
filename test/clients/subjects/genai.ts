import {events, json} from '../fault-server.ts';
import {connect} from '../recipes/genai.ts';
import {GAP_MS, PARTS, type Subject} from '../subject.ts';

/** The last part of a stream says why it ended. */
const streamed = (text: string, index: number) => {
  const {candidates} = saying(text);
  return index < PARTS.length - 1 ? {candidates} : {candidates: [{...candidates[0], finishReason: 'STOP'}]};
};
const saying = (text: string) => ({candidates: [{content: {role: 'model', parts: [{text}]}}]});

export const genai: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const request = (abortSignal?: AbortSignal) => ({model: 'model', contents: 'say ok', config: {abortSignal}});
    return {
      read: async abortSignal => (await client.models.get({model: 'model', config: {abortSignal}})).displayName!,
      write: async signal => (await client.models.generateContent(request(signal))).text!,
      async stream() {
        let all = '';
        for await (const part of await client.models.generateContentStream(request())) all += part.text;
        return all;
      },
    };
  },
  answers: {
    read: json({name: 'models/model', displayName: 'ok'}),
    write: json(saying('ok')),
    refusal: json({error: {code: 400, message: 'bad model', status: 'INVALID_ARGUMENT'}}, 400),
    overload: events([{error: {code: 503, message: 'overloaded', status: 'UNAVAILABLE'}}], 0),
    stream: events(PARTS.map(streamed), GAP_MS),
  },
};
