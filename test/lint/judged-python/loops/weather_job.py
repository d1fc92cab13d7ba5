import httpx


def current(city):
    tries = 0
    while tries < 5:
        try:
            return httpx.get(f"https://weather.example/now/{city}").json()
        except httpx.HTTPError:
            tries += 1
    raise RuntimeError(f"no weather for {city}")
