/** Paths where a second POST has a second effect, and paths where its effect is unknown. */

import type {KnownPaths} from './known-path.ts';

const MESSAGE = 'a message may be sent twice';

export const knownWrites: readonly KnownPaths[] = [
  {
    service: 'chats',
    effect: 'acts',
    why: MESSAGE,
    paths: [
      'channels/*/messages',
      'chats/*/messages',
      'rooms/*/messages',
      'conversations/*/messages',
      'threads/*/messages',
      'teams/*/messages',
      'groups/*/messages',
      'spaces/*/messages',
      'topics/*/messages',
      'queues/*/messages',
    ],
  },
  {service: 'Slack webhooks', effect: 'acts', why: MESSAGE, hosts: ['hooks.slack.com'], paths: ['**']},
  {
    service: 'Twilio',
    effect: 'acts',
    why: MESSAGE,
    paths: ['accounts/*/messages', 'accounts/*/calls', 'services/*/verifications'],
  },
  {
    service: 'Mailgun, Vonage and WhatsApp',
    effect: 'acts',
    why: MESSAGE,
    hosts: ['mailgun.net', 'nexmo.com', 'graph.facebook.com'],
    paths: ['messages', 'messages.mime'],
  },
  {
    service: 'forms and surveys',
    effect: 'acts',
    why: 'an answer may be handed in twice',
    paths: ['forms/*/responses', 'surveys/*/responses', 'questionnaires/*/responses'],
  },
  {
    service: 'Stripe',
    effect: 'acts',
    why: 'money may move twice',
    hosts: ['api.stripe.com'],
    paths: ['**'],
  },
  {
    service: 'payment intents',
    effect: 'acts',
    why: 'money may move twice',
    paths: ['payment_intents', 'payment_intents/*/confirm'],
  },
  {
    service: 'GitHub',
    effect: 'acts',
    why: 'two may be created',
    paths: ['repos/*/*/issues', 'repos/*/*/pulls', 'repos/*/*/releases', 'pulls/*/reviews'],
  },
  {
    service: 'Elasticsearch and OpenSearch',
    effect: 'acts',
    why: 'the document gets a new id each time, so two may be created',
    paths: ['_doc'],
  },
  {
    service: 'Elasticsearch and OpenSearch',
    effect: 'acts',
    why: 'each request moves the scroll on, so a page may be lost',
    paths: ['_search/scroll', '_search/scroll/*'],
  },
  {
    service: 'Elasticsearch and OpenSearch',
    effect: 'unknown',
    why: 'a document without an id of its own is indexed twice',
    paths: ['_bulk', '_doc/*'],
  },
  {
    service: 'BigQuery',
    effect: 'unknown',
    why: 'a query may be DML, and a job or row is created once only where it has an id',
    paths: ['projects/*/queries', 'bigquery/v2/projects/*/jobs', 'tables/*/insertAll'],
  },
  {
    service: 'Kubernetes',
    effect: 'unknown',
    why: 'an object with a name is created once, one with generateName twice',
    paths: ['api/v1/namespaces', 'api/v1/namespaces/*/*', 'apis/*/*/namespaces/*/*'],
  },
  {
    service: 'AWS Lambda',
    effect: 'unknown',
    why: 'what the function does is not known',
    paths: ['functions/*/invocations'],
  },
  {
    service: 'OAuth 2.0',
    effect: 'unknown',
    why: 'a code, and a refresh token that rotates, is good for one use',
    paths: ['oauth*/token', 'oauth*/*/token', 'connect/token', 'openid-connect/token'],
  },
  {
    service: 'GraphQL',
    effect: 'unknown',
    why: 'a request may be a query or a mutation',
    paths: ['graphql'],
  },
  {
    service: 'Pub/Sub',
    effect: 'unknown',
    why: 'a second message gets an id of its own',
    paths: ['google.pubsub.v1.Publisher/Publish', 'projects/*/topics/*:publish'],
  },
];
