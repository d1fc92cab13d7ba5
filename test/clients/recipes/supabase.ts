import {createClient} from '@supabase/supabase-js';
import type {ResilientFetch} from 'steadfetch/fetch';

export const connect = (fetch: ResilientFetch, url: string) =>
  createClient(url, 'key', {
    global: {fetch},
    db: {retry: false},
    auth: {persistSession: false, autoRefreshToken: false},
  });
