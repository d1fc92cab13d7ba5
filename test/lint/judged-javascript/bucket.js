import {S3Client} from '@aws-sdk/client-s3';
import {ConfiguredRetryStrategy} from '@smithy/util-retry';

export const s3 = new S3Client({
  region: 'eu-central-1',
  retryStrategy: new ConfiguredRetryStrategy(5, attempt => 100 + attempt * 1000),
});
