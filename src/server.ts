/**
 * The server's half: idempotency keys that are handled once, and deadlines that are inherited.
 *
 * @module
 */

export {SteadfetchError, TimeoutError} from './core/errors.ts';
export type {RedisSend} from './core/redis-send.ts';
export type {DeadlineOptions} from './server/deadline.ts';
export {deadlineMiddleware} from './server/deadline-middleware.ts';
export {currentDeadline, type RequestDeadline} from './server/deadline-scope.ts';
export {type FetchHandler, type Handler, idempotent, withDeadline} from './server/fetch-handler.ts';
export type {FingerprintInput} from './server/fingerprint.ts';
export type {KeyContext} from './server/key-context.ts';
export {type MemoryStoreOptions, memoryStore} from './server/memory-store.ts';
export {
  type IdempotencyMiddleware,
  idempotencyMiddleware,
  type NodeHandler,
  type NodeMiddleware,
} from './server/node-middleware.ts';
export type {IdempotencyEvent, IdempotencyOptions} from './server/options.ts';
export {
  type PostgresStore,
  type PostgresStoreOptions,
  type PostgresTransactionOptions,
  type PostgresTransactions,
  postgresSchema,
  postgresStore,
  postgresTransactions,
  type Query,
  type Row,
} from './server/postgres-store.ts';
export type {ProblemCode, ProblemOptions} from './server/problem.ts';
export {type RedisStoreOptions, redisStore} from './server/redis-store.ts';
export type {
  AfterLoss,
  Claim,
  ClaimResult,
  IdempotencyStore,
  StoredResponse,
  TransactionalStore,
} from './server/store.ts';
