"""`python -m nova_local` is the `nova` command."""

from nova_local.cli import main

if __name__ == "__main__":
    main()
