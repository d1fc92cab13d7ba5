import {Octokit} from 'octokit';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  new Octokit({baseUrl: url, request: {fetch}, retry: {enabled: false}, throttle: {enabled: false}});
