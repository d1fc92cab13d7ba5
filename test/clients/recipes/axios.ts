import axios from 'axios';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  axios.create({baseURL: url, adapter: 'fetch', env: {fetch}});
