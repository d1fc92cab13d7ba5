/** Policies for services over gRPC. */

import {declaredRpc, type FieldPolicy} from './policy.ts';

export const grpcPolicies: readonly FieldPolicy[] = [
  {
    name: 'an order is created, by codes after which it may exist',
    policy: {
      routes: [
        {
          match: {methods: ['POST'], path: '/shop.Orders/CreateOrder'},
          idempotentMethods: ['POST'],
          retryOn: ['DEADLINE_EXCEEDED', 'INTERNAL', 'UNKNOWN'],
        },
      ],
    },
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'deeds, in routes that name no method',
    policy: {
      retryOn: ['UNAVAILABLE'],
      routes: declaredRpc(
        '/pay.Ledger/Transfer',
        '/mail.v1.Mailer/SendMail',
        '/shop.Cart/AddItem',
        '/pay.Cards/BatchCharge',
      ),
    },
    finds: [0, 1, 2, 3].map(index => `RL101 error routes[${index}].match.path`),
    not: ['RL104'],
  },
  {
    name: 'methods that read',
    policy: {
      retryOn: ['UNAVAILABLE', 'DEADLINE_EXCEEDED'],
      routes: declaredRpc(
        '/shop.Orders/GetOrder',
        '/shop.Catalog/ListItems',
        '/shop.Orders/BatchGetOrders',
        '/search.v2.Search/Query',
        '/tensorflow.serving.PredictionService/Predict',
        '/inference.GRPCInferenceService/ModelInfer',
        '/grpc.health.v1.Health/Check',
        '/google.firestore.v1.Firestore/RunQuery',
        '/google.cloud.aiplatform.v1.PredictionService/StreamGenerateContent',
        '/etcdserverpb.KV/Range',
        '/google.bigtable.v2.Bigtable/ReadRows',
      ),
    },
    finds: [],
    not: ['RL101', 'RL104'],
  },
  {
    name: 'methods that read and write under one name',
    policy: {
      retryOn: ['UNAVAILABLE'],
      routes: declaredRpc(
        '/google.bigtable.v2.Bigtable/ReadModifyWriteRow',
        '/google.bigtable.v2.Bigtable/CheckAndMutateRow',
      ),
    },
    finds: [0, 1].map(index => `RL101 error routes[${index}].match.path`),
    not: [],
  },
  {
    name: 'methods whose names do not say',
    policy: {
      retryOn: ['UNAVAILABLE'],
      routes: declaredRpc(
        '/shop.Orders/Reconcile',
        '/google.bigtable.v2.Bigtable/MutateRow',
        '/shop.Desk/CheckOut',
        '/shop.Carts/GetOrCreateCart',
      ),
    },
    finds: [0, 1, 2, 3].map(index => `RL101 info routes[${index}].match.path`),
    not: ['RL104'],
    unfixed: ['RL101'],
  },
  {
    name: 'a whole service is declared',
    policy: {retryOn: ['UNAVAILABLE'], routes: declaredRpc('/shop.Orders/*')},
    finds: ['RL101 warning routes[0].match.path'],
    not: ['RL104'],
    unfixed: ['RL101'],
  },
  {
    name: 'UNAVAILABLE without a declaration is retried where no server acted',
    policy: {
      retryOn: ['UNAVAILABLE', 'RESOURCE_EXHAUSTED'],
      routes: [{match: {path: '/mail.v1.Mailer/SendMail'}, deadlineMs: 40_000}],
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'INTERNAL without a declaration is retried only in writing',
    policy: {routes: [{match: {path: '/mail.v1.Mailer/SendMail'}, retryOn: ['UNAVAILABLE', 'INTERNAL']}]},
    finds: ['RL101 error routes[0].match.path'],
    not: [],
  },
  {
    name: 'default triggers, in a route that sets a time limit',
    policy: {routes: [{match: {path: '/mail.v1.Mailer/SendMail'}, deadlineMs: 40_000}]},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'a key goes along as metadata',
    policy: {
      retryOn: ['UNAVAILABLE', 'INTERNAL', 'timeout'],
      routes: [{match: {path: '/pay.Ledger/Transfer'}, idempotency: {header: 'idempotency-key'}}],
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Pub/Sub and OTLP deliver at least once in any case',
    policy: {
      retryOn: ['UNAVAILABLE'],
      routes: declaredRpc(
        '/google.pubsub.v1.Publisher/Publish',
        '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      ),
    },
    finds: ['RL101 info routes[0].match.path'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'codes that a second attempt does not change',
    policy: {
      retryOn: ['UNAVAILABLE', 'INVALID_ARGUMENT'],
      routes: declaredRpc('/shop.Orders/GetOrder'),
    },
    finds: ['RL102 error retryOn[1]'],
    not: ['RL101'],
  },
];
