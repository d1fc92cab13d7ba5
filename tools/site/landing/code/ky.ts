import ky, {type KyInstance} from 'ky';
import {resilience} from '../../../../src/index.ts';

export const api: KyInstance = ky.extend(resilience({name: 'shop'}));
