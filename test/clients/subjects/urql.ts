import {gql, type OperationResult} from '@urql/core';
import {connect} from '../recipes/urql.ts';
import type {Subject} from '../subject.ts';
import {graphqlAnswers} from './apollo.ts';

const nameIn = ({data, error}: OperationResult<{name: string}>): string => {
  if (error !== undefined) throw error;
  return data!.name;
};

export const urql: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const context = (signal?: AbortSignal) => (signal === undefined ? {} : {fetchOptions: {signal}});
    return {
      read: async signal => nameIn(await client.query(gql<{name: string}>`{ name }`, {}, context(signal)).toPromise()),
      write: async signal =>
        nameIn(await client.mutation(gql<{name: string}>`mutation { name }`, {}, context(signal)).toPromise()),
    };
  },
  answers: graphqlAnswers,
};
