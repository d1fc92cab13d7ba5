import {json, parts} from '../fault-server.ts';
import {connect} from '../recipes/openapi-fetch.ts';
import {GAP_MS, PARTS, type Subject} from '../subject.ts';

export const typedAnswers: Subject['answers'] = {
  read: json({name: 'ok'}),
  write: json({name: 'ok'}),
  refusal: json({message: 'bad name'}, 400),
  stream: parts(PARTS, GAP_MS, 'text/plain'),
};

export const openapiFetch: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      async read(signal) {
        const result = await client.GET('/item', {signal});
        if (result.data === undefined) throw result;
        return result.data.name;
      },
      async write(signal) {
        const result = await client.POST('/item', {body: {name: 'ok'}, signal});
        if (result.data === undefined) throw result;
        return result.data.name;
      },
      async stream() {
        const {data} = await client.GET('/item', {parseAs: 'stream'});
        return new Response(data as ReadableStream).text();
      },
    };
  },
  answers: typedAnswers,
};
