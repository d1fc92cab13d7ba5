/** The types of the API that the typed clients call. */
import {Hono} from 'hono';

interface Item {
  name: string;
}

/** As openapi-typescript writes it. */
export interface paths {
  '/item': {
    get: {
      responses: {200: {content: {'application/json': Item}}; 400: {content: {'application/json': {message: string}}}};
    };
    post: {
      requestBody: {content: {'application/json': Item}};
      responses: {200: {content: {'application/json': Item}}; 400: {content: {'application/json': {message: string}}}};
    };
  };
}

const app = new Hono()
  .get('/item', context => context.json({name: 'ok'}))
  .post('/item', context => context.json({name: 'ok'}));
export type App = typeof app;
