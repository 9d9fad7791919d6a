"""What is installed is a clone: `make setup`, or pip's editable install. A wheel cannot hold the function app."""

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.errors import SetupError


class NoWheel(bdist_wheel):
    """Refuses: the app's function_app.py, host.json and settings lie beside the packages, not in them."""

    def run(self) -> None:
        """Say what to do instead."""
        raise SetupError("no wheel is made of this project; use its clone: make setup, or pip install --editable .")


setup(cmdclass={"bdist_wheel": NoWheel})
