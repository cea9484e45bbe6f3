"""`python -m nova_api`."""

from nova_api.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
