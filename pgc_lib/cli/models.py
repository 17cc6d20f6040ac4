"""`pgc models`: which language models there are, and whether they answer."""

from typing import Annotated, Any

import typer

from pgc_lib.i18n import _

app = typer.Typer(help=_("Language models: add, list, test, remove."), no_args_is_help=True)


@app.command("list", help=_("The configured models."))
def list_models() -> None:
    """Print the registry; a key is named, never shown."""
    import pgc_lib as pgc
    from pgc_lib.ai.models import built_in, from_settings

    with pgc.open() as lab:
        found = [*filter(None, [from_settings()]), *lab.ai.models.find(), *built_in()]
    for model in found:
        star = "*" if model.preferred else " "
        able = ", ".join(model.capabilities)
        typer.echo(
            f"{star} {model.name}  {model.model}  {model.base_url}  {able}  {model.key or '–'}"
        )
    if not any("chat" in model.capabilities for model in found):
        typer.echo(_("No language model is configured."))
        typer.echo(
            "→ "
            + _(
                "Configure one: pgc models add NAME --base-url URL --model MODEL --key env:VARIABLE"
            )
        )


@app.command(help=_("Add a model, or change the one of this name."))
def add(
    name: str,
    base_url: Annotated[str, typer.Option(help=_("Its address, usually ending in /v1."))],
    model: Annotated[str, typer.Option(help=_("Its name at the provider."))],
    key: Annotated[
        str, typer.Option(help=_("env:VARIABLE or file:PATH, never the key itself."))
    ] = "",
    can: Annotated[
        str, typer.Option(help=_("What it can do, separated by commas."))
    ] = "chat,tools",
    preferred: Annotated[bool, typer.Option(help=_("Use it when none is named."))] = True,
) -> None:
    """Keep a model in the registry."""
    import pgc_lib as pgc

    values: dict[str, Any] = {
        "base_url": base_url,
        "model": model,
        "key": key,
        "preferred": preferred,
    }
    values["capabilities"] = [part.strip() for part in can.split(",") if part.strip()]
    with pgc.open() as lab:
        known = lab.ai.models.find(name=name, limit=1)
        if known:
            lab.ai.models.update(known[0], **values)
        else:
            lab.ai.models.add(name=name, **values)
    typer.echo(_("The model {name} is configured; try it: pgc models test {name}", name=name))


@app.command(help=_("Ask a model for one word, to see that it answers."))
def test(name: Annotated[str | None, typer.Argument()] = None) -> None:
    """Make one small call and print what came back."""
    import pgc_lib as pgc
    from pgc_lib.ai.connector import write
    from pgc_lib.ai.embeddings import embed
    from pgc_lib.ai.models import LOCAL

    with pgc.open() as lab:
        if name == LOCAL:
            (vector,) = embed(lab.ai, ["ready"])
            typer.echo(_("ready: a text becomes {n} numbers", n=len(vector)))
            return
        model = lab.ai.pick("chat", name)
        for piece in write(
            lab.ai, model, "Answer with the single word: ready", "ready?", purpose="test"
        ):
            typer.echo(piece, nl=False)
    typer.echo()


@app.command(help=_("Take a model out of the registry."))
def remove(name: str) -> None:
    """Remove it; history keeps it."""
    import pgc_lib as pgc

    with pgc.open() as lab:
        for model in lab.ai.models.find(name=name):
            lab.ai.models.remove(model)
    typer.echo(_("The model {name} is gone.", name=name))
