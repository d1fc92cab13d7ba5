import requests


def all_items(url):
    items = []
    page = 1
    max_tries = 100
    while page < max_tries:
        try:
            r = requests.get(url, params={"page": page}, timeout=10)
            r.raise_for_status()
        except requests.RequestException as e:
            raise RuntimeError(f"page {page}") from e
        batch = r.json()
        if not batch:
            break
        items.extend(batch)
        page += 1
    return items
