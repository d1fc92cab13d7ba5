import retry from 'async-retry';
import {transport} from './transport.js';

export async function sendMail(message) {
  return retry(async () => transport.send(message), {forever: true, maxTimeout: 30_000});
}
