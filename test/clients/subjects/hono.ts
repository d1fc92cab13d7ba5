import {connect} from '../recipes/hono.ts';
import {type Subject, textOf} from '../subject.ts';
import {typedAnswers} from './openapi-fetch.ts';

export const hono: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const nameIn = async (response: Response): Promise<string> => {
      if (!response.ok) throw response;
      return ((await response.json()) as {name: string}).name;
    };
    const with_ = (signal?: AbortSignal) => (signal === undefined ? {} : {init: {signal}});
    return {
      read: async signal => nameIn(await client.item.$get({}, with_(signal))),
      write: async signal => nameIn(await client.item.$post({}, with_(signal))),
      stream: async () => textOf(await client.item.$get()),
    };
  },
  answers: typedAnswers,
};
