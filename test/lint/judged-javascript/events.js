import got from 'got';

export const record = event =>
  got
    .post('https://events.example/v1/payments', {
      json: event,
      timeout: {request: 5000},
      retry: {limit: 4, methods: ['POST'], statusCodes: [500, 502, 503]},
    })
    .json();
