"""`pelvicboneseg bundles`: the model bundles on this computer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import typer

_NAME = typer.Argument(metavar="NAME", help="An installed bundle.")


def bundles_app(errors: Callable[[], AbstractContextManager[None]]) -> typer.Typer:
    """Return the group of commands; `errors` says in one line what went wrong, and leaves."""
    app = typer.Typer(help="List, install, verify and delete model bundles.", no_args_is_help=True)

    @app.command(name="list")
    def list_them() -> None:
        """List the installed bundles: name, version, size, origin, folder."""
        from .segmentation.bundle_store import list_bundles

        with errors():
            for one in list_bundles():
                origin = "comes with the product" if one.is_shipped else "installed by the user"
                size = f"{one.size_bytes / 1e6:.1f} MB"
                typer.echo(f"{one.name}  {one.version or '?'}  {size}  {origin}  {one.path}")
                if one.fault:
                    typer.echo(f"Warning: {one.fault}", err=True)

    @app.command()
    def install(
        archive: Path = typer.Argument(metavar="ZIP", help="A zip file with a bundle."),
        replace: bool = typer.Option(
            False, "--replace", help="Replace an installed bundle of the same name."
        ),
    ) -> None:
        """Install a bundle into the user's folder, whole or not at all."""
        from .segmentation.bundle_store import install_bundle

        with errors():
            one = install_bundle(archive, replace)
        typer.echo(f"installed {one.name} {one.version} in {one.path}")

    @app.command()
    def verify(name: str = _NAME) -> None:
        """Check that a bundle is as it was published."""
        from .segmentation.bundle_store import verify_bundle

        with errors():
            verify_bundle(name)
        typer.echo(f"{name} is as it was published")

    @app.command()
    def delete(name: str = _NAME) -> None:
        """Delete a bundle that the user installed."""
        from .segmentation.bundle_store import delete_bundle

        with errors():
            delete_bundle(name)
        typer.echo(f"deleted {name}")

    @app.command()
    def card(name: str = _NAME) -> None:
        """Print a bundle's model card."""
        from .segmentation.bundle import describe_bundle
        from .segmentation.model_card import card_text

        with errors():
            description = describe_bundle(name)
        typer.echo(card_text(description))

    return app
