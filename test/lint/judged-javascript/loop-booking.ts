const delays = [200, 400, 800];

export async function book(room: string, night: string): Promise<Response> {
  let last: unknown;
  for (const delay of delays) {
    try {
      return await fetch(`https://hotel.example/rooms/${room}/bookings`, {method: 'POST', body: JSON.stringify({night})});
    } catch (error) {
      last = error;
      await new Promise(resolve => setTimeout(resolve, delay + Math.random() * delay));
    }
  }
  throw last;
}
