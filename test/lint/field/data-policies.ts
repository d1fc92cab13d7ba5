/** Policies for search engines, databases, clusters and files. */

import {declared, type FieldPolicy, posted} from './policy.ts';

const transient = [408, 429, '5xx', 'network', 'timeout'] as const;

export const dataPolicies: readonly FieldPolicy[] = [
  {
    name: 'Elasticsearch: searches and reads of many documents',
    policy: {
      retryOn: [429, 502, 503, 504, 'network', 'timeout'],
      routes: declared(
        '/*/_search',
        '/_msearch',
        '/*/_mget',
        '/*/_count',
        '/*/_field_caps',
        '/_query',
        '/*/_search/template',
      ),
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'OpenSearch: a search that is retried only in writing',
    policy: {retryOn: transient, routes: posted('/*/_search')},
    finds: ['RL101 warning routes[0].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'Elasticsearch: a document gets a new id each time, a scroll moves on',
    policy: {routes: declared('/*/_doc', '/_search/scroll')},
    finds: ['RL101 error routes[0].match.methods', 'RL101 error routes[1].match.methods'],
    not: [],
  },
  {
    name: 'Elasticsearch: a bulk request may name its ids',
    policy: {routes: declared('/*/_bulk')},
    finds: ['RL101 info routes[0].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'Pinecone, Qdrant, Algolia, CouchDB and Notion: queries',
    policy: {
      routes: declared(
        '/query',
        '/collections/*/points/search',
        '/collections/*/points/scroll',
        '/1/indexes/*/query',
        '/*/_find',
        '/v1/databases/*/query',
        '/multi_search',
      ),
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Kubernetes: reads and writes that are idempotent, reviews that only ask',
    policy: {
      retryOn: [429, 500, 503, 504, 'network', 'timeout'],
      routes: [
        {match: {methods: ['GET', 'PUT', 'DELETE'], path: '/api/v1/namespaces/*/pods/*'}, deadlineMs: 40_000},
        ...declared(
          '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          '/apis/authentication.k8s.io/v1/tokenreviews',
        ),
      ],
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Kubernetes: a created object may have a name of its own, a patch may be a merge',
    policy: {
      routes: [
        ...declared('/apis/batch/v1/namespaces/*/jobs'),
        {match: {methods: ['PATCH'], path: '/apis/apps/v1/namespaces/*/deployments/*'}, idempotentMethods: ['PATCH']},
      ],
    },
    finds: ['RL101 info routes[0].match.methods', 'RL101 info routes[1].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'S3: objects are read, written and removed',
    policy: {
      retryOn: [429, 500, 502, 503, 504, 'network', 'timeout'],
      routes: [
        {match: {methods: ['GET', 'HEAD', 'PUT', 'DELETE'], origin: 'https://bucket.s3.amazonaws.com'}, name: 's3'},
      ],
    },
    finds: [],
    not: ['RL101', 'RL102'],
  },
  {
    name: 'S3: POST begins or completes an upload, by its query alone',
    policy: {
      routes: [{match: {methods: ['POST'], origin: 'https://bucket.s3.amazonaws.com', path: '/**'}, retryOn: [503]}],
    },
    finds: ['RL101 warning routes[0].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'BigQuery: a query may be DML, a job may have an id',
    policy: {
      routes: declared(
        '/bigquery/v2/projects/*/queries',
        '/bigquery/v2/projects/*/jobs',
        '/bigquery/v2/projects/*/datasets/*/tables/*/insertAll',
      ),
    },
    finds: [0, 1, 2].map(index => `RL101 info routes[${index}].match.methods`),
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'Firestore and Google APIs: batchGet, runQuery, search',
    policy: {
      routes: declared(
        '/v1/projects/*/databases/*/documents:batchGet',
        '/v1/projects/*/databases/*/documents:runQuery',
        '/v1/places:searchText',
        '/v1/images:annotate',
      ),
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Prometheus and OTLP: queries, and telemetry that is delivered at least once',
    policy: {retryOn: transient, routes: declared('/api/v1/query', '/api/v1/query_range', '/v1/traces', '/v1/logs')},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'WebDAV: PROPFIND and REPORT are declared',
    policy: {
      idempotentMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PROPFIND', 'REPORT'],
      routes: [{match: {methods: ['PROPFIND', 'REPORT'], path: '/dav/**'}, attemptTimeoutMs: 9000}],
    },
    finds: [],
    not: ['RL101', 'RL403'],
  },
  {
    name: 'WebDAV: PROPFIND is retried only in writing',
    policy: {routes: [{match: {methods: ['PROPFIND'], path: '/dav/**'}, retryOn: [429, 503]}]},
    finds: ['RL101 warning routes[0].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
];
