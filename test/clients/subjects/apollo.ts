import {gql} from '@apollo/client';
import {json} from '../fault-server.ts';
import {connect} from '../recipes/apollo.ts';
import type {Subject} from '../subject.ts';

export const graphqlAnswers: Subject['answers'] = {
  read: json({data: {name: 'ok'}}),
  write: json({data: {name: 'ok'}}),
  refusal: json({errors: [{message: 'bad name'}]}, 400),
};

export const apollo: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const context = (signal?: AbortSignal) => ({fetchOptions: {signal}});
    return {
      async read(signal) {
        const query = gql`{ name }`;
        const {data} = await client.query<{name: string}>({query, fetchPolicy: 'no-cache', context: context(signal)});
        return data!.name;
      },
      async write(signal) {
        const mutation = gql`mutation { name }`;
        const {data} = await client.mutate<{name: string}>({mutation, context: context(signal)});
        return data!.name;
      },
    };
  },
  answers: graphqlAnswers,
};
