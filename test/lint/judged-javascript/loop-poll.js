export async function waitForJob(id) {
  for (let attempt = 0; attempt < 60; attempt++) {
    const job = await fetch(`https://jobs.example/${id}`).then(response => response.json());
    if (job.state === 'done') return job;
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
  throw new Error('timed out');
}
