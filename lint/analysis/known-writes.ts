/** Paths where a second POST has a second effect, and paths where its effect is unknown. */

import type {KnownPaths} from './known-path.ts';

const MESSAGE = 'a message may be sent twice';
const MONEY = 'money may move twice';

/** @param paths, hosts Separated by spaces. */
const acts = (why: string, paths: string, hosts?: string): KnownPaths => known('acts', why, paths, hosts);
const unknown = (why: string, paths: string): KnownPaths => known('unknown', why, paths);
const known = (effect: KnownPaths['effect'], why: string, paths: string, hosts?: string): KnownPaths => ({
  effect,
  why,
  paths: paths.split(' '),
  ...(hosts !== undefined && {hosts: hosts.split(' ')}),
});

export const knownWrites: readonly KnownPaths[] = [
  // chats
  acts(
    MESSAGE,
    'channels/*/messages chats/*/messages rooms/*/messages conversations/*/messages threads/*/messages teams/*/messages groups/*/messages spaces/*/messages topics/*/messages queues/*/messages',
  ),
  // Resend, Postmark and Mailgun
  acts(MESSAGE, 'emails/batch email/batch email/batchWithTemplates email/withTemplate /v3/*/messages'),
  // Slack webhooks
  acts(MESSAGE, '**', 'hooks.slack.com'),
  // Twilio
  acts(MESSAGE, 'accounts/*/messages accounts/*/calls services/*/verifications'),
  // Mailgun, Vonage and WhatsApp
  acts(MESSAGE, 'messages messages.mime', 'mailgun.net nexmo.com graph.facebook.com'),
  // Infobip, and the older API of Vonage
  acts(MESSAGE, 'sms/*/text/* sms/*/messages sms/json sms/xml'),
  // Plivo, SparkPost and LINE
  acts(MESSAGE, 'account/*/message api/v1/transmissions bot/message/push bot/message/multicast bot/message/reply'),
  // forms and surveys
  acts('an answer may be handed in twice', 'forms/*/responses surveys/*/responses questionnaires/*/responses'),
  // Stripe
  acts(MONEY, '**', 'api.stripe.com'),
  // payment intents, M-Pesa and MTN MoMo
  acts(
    MONEY,
    'payment_intents payment_intents/*/confirm stkpush/*/processrequest b2c/*/paymentrequest b2b/*/paymentrequest requesttopay',
  ),
  // Kraken
  acts(MONEY, '0/private/WalletTransfer'),
  // RabbitMQ
  acts('one more may be taken', 'api/queues/*/*/get'),
  // queues of jobs
  unknown('a job that is fetched may be taken from the others', 'jobs/fetch'),
  // GitHub
  acts('two may be created', 'repos/*/*/issues repos/*/*/pulls repos/*/*/releases pulls/*/reviews'),
  // Google APIs: a long-running operation, which is charged for
  acts(
    'the work may be started twice',
    '*:predictLongRunning *:batchGenerateContent *:asyncBatchEmbedContent *:batchTranslateText *:batchTranslateDocument *:asyncBatchAnnotate *:longRunningRecognize *:batchRecognize *:batchProcess videos:annotate google.*/PredictLongRunning google.*/BatchGenerateContent google.*/BatchTranslateText google.*/AnnotateVideo',
  ),
  // Elasticsearch and OpenSearch
  acts('the document gets a new id each time, so two may be created', '_doc'),
  // Elasticsearch and OpenSearch
  acts('each request moves the scroll on, so a page may be lost', '_search/scroll _search/scroll/*'),
  // Elasticsearch and OpenSearch
  unknown('a document without an id of its own is indexed twice', '_bulk _doc/*'),
  // BigQuery
  unknown(
    'a query may be DML, and a job or row is created once only where it has an id',
    'projects/*/queries bigquery/v2/projects/*/jobs tables/*/insertAll',
  ),
  // Kubernetes
  unknown(
    'an object with a name is created once, one with generateName twice',
    'api/v1/namespaces api/v1/namespaces/*/* apis/*/*/namespaces/*/*',
  ),
  // AWS Lambda
  unknown('what the function does is not known', 'functions/*/invocations'),
  // OAuth 2.0
  unknown(
    'a code, and a refresh token that rotates, is good for one use',
    'oauth*/token oauth*/*/token connect/token openid-connect/token',
  ),
  // Model Context Protocol
  unknown('a tool that is called may act', 'mcp'),
  // GraphQL
  unknown('a request may be a query or a mutation', 'graphql'),
  // Pub/Sub
  unknown('a second message gets an id of its own', 'google.pubsub.v1.Publisher/Publish projects/*/topics/*:publish'),
];
