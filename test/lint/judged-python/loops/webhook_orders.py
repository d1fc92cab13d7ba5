import requests


def place_order(order):
    success = False
    retry_count = 0
    while not success and retry_count < 3:
        try:
            r = requests.post("https://shop.example/api/v2/orders", json=order, timeout=8)
            r.raise_for_status()
            success = True
        except requests.exceptions.RequestException:
            retry_count += 1
    if not success:
        raise RuntimeError("the order was not placed")
    return r.json()
