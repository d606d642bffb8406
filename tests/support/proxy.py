"""nginx in front of the viewer, as deploy/nginx.conf has it."""

import getpass
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from tests.support.serving import Served, free_port

from cvg_warehouse.paths import PROJECT

SITE = PROJECT / "deploy" / "nginx.conf"


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs, and its two addresses."""

    https: str
    http: str

    def get(self, address: str, **headers: str) -> HTTPResponse | urllib.error.HTTPError:
        """The answer, whatever its status; redirections are not followed."""
        trusting = ssl._create_unverified_context()
        https = urllib.request.HTTPSHandler(context=trusting)
        try:
            request = urllib.request.Request(address, headers=headers)
            return urllib.request.build_opener(https, _Stay).open(request)
        except urllib.error.HTTPError as error:
            return error


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@contextmanager
def proxied(viewer: Served, folder: Path) -> Iterator[Proxy]:
    """Put nginx in front of a viewer until the block ends; its files are kept in `folder`."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    self_signed = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    self_signed += ["-subj", "/CN=localhost"]
    subprocess.run(
        [*self_signed, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    http, https = free_port(), free_port()
    site = SITE.read_text(encoding="utf-8")
    for shipped, here in {
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ": f"listen 127.0.0.1:{https} ",
        "/etc/ssl/certs/indicators.example.org.pem": certificate,
        "/etc/ssl/private/indicators.example.org.key": key,
        "/var/cache/nginx/cvg": folder / "cache",
        "http://127.0.0.1:8501": viewer.address.replace("localhost", "127.0.0.1"),
        "indicators.example.org": "localhost",
    }.items():
        assert shipped in site
        site = site.replace(shipped, str(here))
    (folder / "nginx.conf").write_text(
        f"user {getpass.getuser()}; daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off;\n{site} }}"
    )
    with subprocess.Popen(["nginx", "-c", folder / "nginx.conf"]) as nginx:
        while not (folder / "pid").exists() and nginx.poll() is None:
            time.sleep(0.05)
        yield Proxy(f"https://localhost:{https}", f"http://localhost:{http}")
        nginx.terminate()
