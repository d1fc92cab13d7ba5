import {json} from '../fault-server.ts';
import {connect} from '../recipes/stripe.ts';
import type {Subject} from '../subject.ts';

export const stripe: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    return {
      read: async () => (await client.customers.retrieve('ok')).id,
      write: async () => (await client.customers.create({name: 'ok'})).id,
    };
  },
  answers: {
    read: json({id: 'ok', object: 'customer'}),
    write: json({id: 'ok', object: 'customer'}),
    refusal: json({error: {type: 'invalid_request_error', message: 'Bad name', param: 'name'}}, 400),
  },
};
