/** Paths where a second POST has a second effect, and paths where its effect is unknown. */

import type {KnownPaths} from './known-path.ts';

const MESSAGE = 'a message may be sent twice';

export const knownWrites: readonly KnownPaths[] = [
  // chats
  {
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
  // Resend, Postmark and Mailgun
  {
    effect: 'acts',
    why: MESSAGE,
    paths: ['emails/batch', 'email/batch', 'email/batchWithTemplates', 'email/withTemplate', '/v3/*/messages'],
  },
  // Slack webhooks
  {effect: 'acts', why: MESSAGE, hosts: ['hooks.slack.com'], paths: ['**']},
  // Twilio
  {
    effect: 'acts',
    why: MESSAGE,
    paths: ['accounts/*/messages', 'accounts/*/calls', 'services/*/verifications'],
  },
  // Mailgun, Vonage and WhatsApp
  {
    effect: 'acts',
    why: MESSAGE,
    hosts: ['mailgun.net', 'nexmo.com', 'graph.facebook.com'],
    paths: ['messages', 'messages.mime'],
  },
  // Infobip, and the older API of Vonage
  {effect: 'acts', why: MESSAGE, paths: ['sms/*/text/*', 'sms/*/messages', 'sms/json', 'sms/xml']},
  // Plivo, SparkPost and LINE
  {
    effect: 'acts',
    why: MESSAGE,
    paths: [
      'account/*/message',
      'api/v1/transmissions',
      'bot/message/push',
      'bot/message/multicast',
      'bot/message/reply',
    ],
  },
  // forms and surveys
  {
    effect: 'acts',
    why: 'an answer may be handed in twice',
    paths: ['forms/*/responses', 'surveys/*/responses', 'questionnaires/*/responses'],
  },
  // Stripe
  {
    effect: 'acts',
    why: 'money may move twice',
    hosts: ['api.stripe.com'],
    paths: ['**'],
  },
  // payment intents, M-Pesa and MTN MoMo
  {
    effect: 'acts',
    why: 'money may move twice',
    paths: [
      'payment_intents',
      'payment_intents/*/confirm',
      'stkpush/*/processrequest',
      'b2c/*/paymentrequest',
      'b2b/*/paymentrequest',
      'requesttopay',
    ],
  },
  // Kraken
  {effect: 'acts', why: 'money may move twice', paths: ['0/private/WalletTransfer']},
  // RabbitMQ
  {effect: 'acts', why: 'one more may be taken', paths: ['api/queues/*/*/get']},
  // queues of jobs
  {effect: 'unknown', why: 'a job that is fetched may be taken from the others', paths: ['jobs/fetch']},
  // GitHub
  {
    effect: 'acts',
    why: 'two may be created',
    paths: ['repos/*/*/issues', 'repos/*/*/pulls', 'repos/*/*/releases', 'pulls/*/reviews'],
  },
  // Google APIs: a long-running operation, which is charged for
  {
    effect: 'acts',
    why: 'the work may be started twice',
    paths: [
      '*:predictLongRunning',
      '*:batchGenerateContent',
      '*:asyncBatchEmbedContent',
      '*:batchTranslateText',
      '*:batchTranslateDocument',
      '*:asyncBatchAnnotate',
      '*:longRunningRecognize',
      '*:batchRecognize',
      '*:batchProcess',
      'videos:annotate',
      'google.*/PredictLongRunning',
      'google.*/BatchGenerateContent',
      'google.*/BatchTranslateText',
      'google.*/AnnotateVideo',
    ],
  },
  // Elasticsearch and OpenSearch
  {
    effect: 'acts',
    why: 'the document gets a new id each time, so two may be created',
    paths: ['_doc'],
  },
  // Elasticsearch and OpenSearch
  {
    effect: 'acts',
    why: 'each request moves the scroll on, so a page may be lost',
    paths: ['_search/scroll', '_search/scroll/*'],
  },
  // Elasticsearch and OpenSearch
  {
    effect: 'unknown',
    why: 'a document without an id of its own is indexed twice',
    paths: ['_bulk', '_doc/*'],
  },
  // BigQuery
  {
    effect: 'unknown',
    why: 'a query may be DML, and a job or row is created once only where it has an id',
    paths: ['projects/*/queries', 'bigquery/v2/projects/*/jobs', 'tables/*/insertAll'],
  },
  // Kubernetes
  {
    effect: 'unknown',
    why: 'an object with a name is created once, one with generateName twice',
    paths: ['api/v1/namespaces', 'api/v1/namespaces/*/*', 'apis/*/*/namespaces/*/*'],
  },
  // AWS Lambda
  {
    effect: 'unknown',
    why: 'what the function does is not known',
    paths: ['functions/*/invocations'],
  },
  // OAuth 2.0
  {
    effect: 'unknown',
    why: 'a code, and a refresh token that rotates, is good for one use',
    paths: ['oauth*/token', 'oauth*/*/token', 'connect/token', 'openid-connect/token'],
  },
  // Model Context Protocol
  {
    effect: 'unknown',
    why: 'a tool that is called may act',
    paths: ['mcp'],
  },
  // GraphQL
  {
    effect: 'unknown',
    why: 'a request may be a query or a mutation',
    paths: ['graphql'],
  },
  // Pub/Sub
  {
    effect: 'unknown',
    why: 'a second message gets an id of its own',
    paths: ['google.pubsub.v1.Publisher/Publish', 'projects/*/topics/*:publish'],
  },
];
