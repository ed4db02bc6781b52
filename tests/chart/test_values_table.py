"""The README's table of values says what values.yaml says, of every value."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from tests.chart.rendering import CHART
from tests.chart.values_table import README, TableError, Value, readme_with, table, values

VALUES = """\
# How often.
often: 15s

watch:
  # Which.
  names: []
# The CA, in PEM form.
ca:
  # From here.
  secret: ""
# As Kubernetes writes it.
resources:
  limits: {cpu: 1}
# Where.
nodes: {kind: large}
"""


def test_the_readme_has_the_table_of_the_values():
    """If a value was changed, run `python -m tests.chart.rewrite_golden`."""
    readme = README.read_text("utf-8")
    assert readme == readme_with(readme, table((CHART / "values.yaml").read_text("utf-8")))


def test_each_value_has_a_row_with_its_default_and_the_comment_above_it():
    assert values(VALUES) == [
        Value("often", "15s", "How often."),
        Value("watch.names", "[]", "Which."),
        Value("ca", None, "The CA, in PEM form."),
        Value("ca.secret", '""', "From here."),
        Value("resources", "{limits: {cpu: 1}}", "As Kubernetes writes it."),
        Value("nodes", "{kind: large}", "Where."),
    ]


@pytest.mark.parametrize(
    "text",
    ["a: 1", "# Of the file.\n\na: 1", "# Of b.\nb: 1\na: 1", "b:\n  # Of c.\n  c: 1\n  a: 1"],
    ids=["no comment", "a comment apart", "another value's", "none in a group"],
)
def test_a_value_that_nobody_explained_is_named(text):
    with pytest.raises(TableError, match=r"\ba\b"):
        table(text)


def test_a_stroke_does_not_end_a_cell_and_is_one_in_code_too():
    """In code an entity is shown as it is written, and so it is copied into a shell."""
    made = table("# Run `one | two`.\na: x|y")
    assert made.splitlines()[-1] == r"| `a` | `x\|y` | Run `one \| two`. |"
    shown = MarkdownIt("commonmark").enable("table").render(made)
    assert "<td><code>x|y</code></td>\n<td>Run <code>one | two</code>.</td>" in shown
