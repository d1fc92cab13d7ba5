/**
 * Guards whose state several processes share through Redis. Works with any driver: node-redis and ioredis are tested.
 *
 * @module
 */
export type {RedisSend} from './core/redis-send.ts';
export type {SharedGuards} from './guards/guard-factory.ts';
export {type RedisGuardOptions, redisGuards} from './redis/redis-guards.ts';
