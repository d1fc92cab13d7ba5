import {connect} from '../recipes/axios.ts';
import type {Subject} from '../subject.ts';
import {typedAnswers} from './openapi-fetch.ts';

export const axios: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      read: async signal => (await client.get<{name: string}>('/item', {signal})).data.name,
      write: async signal => (await client.post<{name: string}>('/item', {name: 'ok'}, {signal})).data.name,
      async stream() {
        const {data} = await client.get<ReadableStream>('/item', {responseType: 'stream'});
        return new Response(data).text();
      },
    };
  },
  answers: typedAnswers,
};
