import {connect} from '../recipes/hey-api.ts';
import type {Subject} from '../subject.ts';
import {typedAnswers} from './openapi-fetch.ts';

export const heyApi: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const nameIn = (result: {data?: unknown; error?: unknown}): string => {
      if (result.data === undefined) throw result;
      return (result.data as {name: string}).name;
    };
    return {
      read: async signal => nameIn(await client.get({url: '/item', signal: signal ?? null})),
      write: async signal => nameIn(await client.post({url: '/item', body: {name: 'ok'}, signal: signal ?? null})),
      async stream() {
        const {data} = await client.get({url: '/item', parseAs: 'stream'});
        return new Response(data as ReadableStream).text();
      },
    };
  },
  answers: typedAnswers,
};
