import axios from 'axios';

export async function all(urls) {
  const results = [];
  for (let i = 0; i < urls.length; i++) {
    try {
      results.push((await axios.get(urls[i], {timeout: 1000})).data);
    } catch (error) {
      console.error(error);
    }
  }
  let page = 1;
  while (true) {
    const {data} = await axios.get(`https://list.example/?page=${page}`, {timeout: 1000});
    results.push(...data.items);
    if (!data.next) break;
    page++;
  }
  return results;
}
