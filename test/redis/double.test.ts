/** The double of Redis keeps the contract that test/stores holds against a real Redis. */
import {RedisDouble} from '../support/redis-double.ts';
import {describeContract} from './contract.ts';

describeContract('Redis in memory', () => {
  const redis = new RedisDouble(() => Date.now());
  return async args => redis.run(args);
});
