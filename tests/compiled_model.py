"""Compile the model once, before several processes run tests of it: `python -m tests.compiled_model`."""

from sim.model.compiled import is_compiled


def compile_model() -> None:
    """Run two worlds for a few months if no compiled code is there."""
    if is_compiled():
        return
    from tests.model.small_worlds import asked, has_run

    print("compiling the model (once after each change of it)", flush=True)
    for model in has_run(asked(last="2013-04")).models:
        model.books.tables("full")


if __name__ == "__main__":
    compile_model()
