"""Builds what the images of docker-compose.yml are made of, into this clone: `python -m deploy.tests.build`."""

from __future__ import annotations

import os
import sys

from deploy.tests import composition, image
from nova_local import page
from nova_local.errors import LocalError


def main() -> int:
    dockerfiles = {service.dockerfile for service in composition.read({}).values() if service.dockerfile}
    image.BUILT.mkdir(exist_ok=True)
    building = page.start_build(os.environ, image.BUILT / "page.log")
    image.make_environments({lock for file in dockerfiles for lock in image.read(file).locks.values()})
    try:
        building.wait()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
