import ky from 'ky';

export const slowReport = () =>
  ky.get('https://reports.example/slow', {timeout: false, retry: {limit: 2, jitter: true}}).json();
