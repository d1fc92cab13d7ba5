import {S3Client} from '@aws-sdk/client-s3';
import {FetchHttpHandler} from '@smithy/fetch-http-handler';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: {accessKeyId: 'id', secretAccessKey: 'secret'},
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: new FetchHttpHandler({customFetch: fetch}),
  });
