import {CreateMultipartUploadCommand, GetObjectCommand} from '@aws-sdk/client-s3';
import {body, parts} from '../fault-server.ts';
import {connect} from '../recipes/s3.ts';
import {GAP_MS, PARTS, type Subject} from '../subject.ts';

const object = {Bucket: 'bucket', Key: 'key'};

export const s3: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const get = async (abortSignal?: AbortSignal) => {
      const {Body} = await client.send(new GetObjectCommand(object), {abortSignal});
      return Body!.transformToString();
    };
    return {
      read: get,
      stream: () => get(),
      async write(abortSignal) {
        return (await client.send(new CreateMultipartUploadCommand(object), {abortSignal})).UploadId!;
      },
    };
  },
  answers: {
    read: body('ok', 'text/plain'),
    write: body(
      '<InitiateMultipartUploadResult><UploadId>ok</UploadId></InitiateMultipartUploadResult>',
      'application/xml',
    ),
    refusal: body('<Error><Code>InvalidArgument</Code><Message>bad key</Message></Error>', 'application/xml', 400),
    stream: parts(PARTS, GAP_MS, 'text/plain'),
  },
};
