/** What a browser loads. */
import {attempt} from './cases/all.ts';

Object.assign(globalThis, {attempt});
