import {json} from '../fault-server.ts';
import {connect} from '../recipes/octokit.ts';
import type {Subject} from '../subject.ts';

export const octokit: Subject = {
  connect(fetch, url) {
    const client = connect(fetch, url);
    const place = {owner: 'owner', repo: 'repo'};
    return {
      read: async signal => (await client.rest.repos.get({...place, request: {signal}})).data.name,
      write: async signal => (await client.rest.issues.create({...place, title: 'ok', request: {signal}})).data.title,
    };
  },
  answers: {
    read: json({name: 'ok'}),
    write: json({title: 'ok'}, 201),
    refusal: json({message: 'Bad title', documentation_url: 'https://docs.github.com/rest'}, 400),
  },
};
