import {connect} from '../recipes/ai.ts';
import type {Subject} from '../subject.ts';
import {openaiAnswers} from './openai.ts';

const {read: _, ...withoutRead} = openaiAnswers;

export const ai: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      write: async signal => (await client.generate('say ok', signal)).text,
      stream: async () => client.stream('say ok').text,
    };
  },
  answers: withoutRead,
};
