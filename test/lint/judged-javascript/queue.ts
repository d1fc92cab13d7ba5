import {handleAll, retry} from 'cockatiel';
import {publish} from './bus';

const policy = retry(handleAll, {});
export const send = (message: string) => policy.execute(() => publish(message));
