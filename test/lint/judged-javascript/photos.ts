import ky from 'ky';

export const photos = ky.create({prefixUrl: 'https://photos.example', retry: {limit: 4, backoffLimit: 5000}});
