import {connect} from '../recipes/graphql-request.ts';
import type {Subject} from '../subject.ts';
import {graphqlAnswers} from './apollo.ts';

export const graphqlRequest: Subject = {
  connect(fetch, url) {
    const {queries, mutations} = connect(fetch, url);
    return {
      read: async signal => (await queries.request<{name: string}>({document: '{ name }', signal})).name,
      write: async signal => (await mutations.request<{name: string}>({document: 'mutation { name }', signal})).name,
    };
  },
  answers: graphqlAnswers,
};
