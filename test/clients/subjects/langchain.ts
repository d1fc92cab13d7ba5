import {connect} from '../recipes/langchain.ts';
import type {Subject} from '../subject.ts';
import {openaiAnswers} from './openai.ts';

const {read: _, ...withoutRead} = openaiAnswers;

export const langchain: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      write: async signal => (await client.invoke('say ok', {signal})).text,
      async stream() {
        let all = '';
        for await (const part of await client.stream('say ok')) all += part.text;
        return all;
      },
    };
  },
  answers: withoutRead,
};
