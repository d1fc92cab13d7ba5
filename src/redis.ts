/**
 * Guards whose state several processes share through Redis. Works with any driver: node-redis and ioredis are tested.
 *
 * @module
 */
export type {SharedGuards} from './guards/guard-factory.ts';
export {type RedisGuardOptions, redisGuards} from './redis/redis-guards.ts';
export type {RedisSend} from './redis/shared-store.ts';
