import time
import urllib.error
import urllib.request


def download(url):
    content = None
    for delay in (1, 2, 4, 8):
        try:
            with urllib.request.urlopen(url, timeout=30) as response:
                content = response.read()
            break
        except urllib.error.URLError as e:
            print(f"retry after {delay} s: {e}")
            time.sleep(delay)
    return content
