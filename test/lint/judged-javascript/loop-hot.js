import axios from 'axios';

export async function getUser(id) {
  let attempts = 0;
  while (attempts < 5) {
    try {
      return (await axios.get(`https://users.example/${id}`, {timeout: 1000})).data;
    } catch (error) {
      attempts++;
      if (attempts === 5) throw error;
    }
  }
}
