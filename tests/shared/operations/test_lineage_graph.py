"""The graph of lineage: whole from files to rows, from wherever one begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World, points_csv

from shared.core.errors import Missing
from shared.operations.lineage_graph import lineage_graph
from shared.operations.lineage_nodes import MOST, Graph, Node
from shared.operations.views import view


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One model, and more windows of it than are drawn."""
    world = World(tmp_path_factory.mktemp("graph"))
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    for number in range(MOST + 2):
        world.handle(world.land(f"scoring/points/s{number}/points.csv", points_csv(3, seed=number, labelled=False)))
        world.clock.advance(minutes=1)
    world.handle(world.land("incoming/points/bad/points.csv", b"id,x,color,y\n1,abc,red,yes\n"))
    world.sweep()
    return world


def graph_of(world: World, target: str) -> Graph:
    """The graph around that."""
    return lineage_graph(world.ports, world.ports.core.scenarios["points"], target)


def kinds(graph: Graph) -> list[str]:
    """What kinds of things there are, each once."""
    return sorted({node.kind for node in graph.nodes.values()})


def targets(graph: Graph) -> list[Node]:
    """What was asked for."""
    return [node for node in graph.nodes.values() if node.target]


def test_a_row_comes_from_its_files(lived: World) -> None:
    """From the row each thing before it can be reached, to the files of dataset and window."""
    commit = lived.ports.prediction.predictions.commits("points")[0]
    row = view(lived.ports, "predictions", {"scenario": "points", "window": commit.window})["page"]["rows"][0]
    graph = graph_of(lived, str(row["prediction_id"]))
    assert kinds(graph) == ["dataset", "file", "input", "model", "prediction", "release", "run", "window"]
    (target,) = targets(graph)
    reached, waiting = set(), [target.id]
    while waiting:
        here = waiting.pop()
        reached.add(here)
        waiting += [earlier for earlier, later in graph.edges if later == here]
    assert reached == set(graph.nodes)


def test_edges_join_known_things(lived: World) -> None:
    """From a window, a model, a dataset and a file alike."""
    commit = lived.ports.prediction.predictions.commits("points")[0]
    for target in (commit.window, "points:1", commit.dataset, "incoming/points/d1/points.csv"):
        graph = graph_of(lived, target)
        assert {end for edge in graph.edges for end in edge} <= set(graph.nodes)
        assert len(targets(graph)) == 1, target


def test_what_a_file_led_to_is_counted_where_it_is_too_much(lived: World) -> None:
    """The windows of its model, the first of them one by one."""
    graph = graph_of(lived, "incoming/points/d1/points.csv")
    windows = [node for node in graph.nodes.values() if node.kind == "window"]
    assert (len(windows), windows[-1].name) == (MOST + 1, "and 2 more windows")
    (scored,) = [node for node in graph_of(lived, "scoring/points/s3/points.csv").nodes.values() if node.target]
    assert scored.kind == "input"


def test_a_file_that_became_nothing_says_why(lived: World) -> None:
    """A quarantined file is one box with its state and reason."""
    (node,) = graph_of(lived, "incoming/points/bad/points.csv").nodes.values()
    assert (node.state, node.target) == ("quarantined", True)
    assert "'abc'" in node.detail


def test_the_page_begins_with_the_newest_window_and_tells_what_it_does_not_know(lived: World, tmp_path: Path) -> None:
    """Nothing of what is asked there is an error; a new installation has an empty graph."""
    told = view(lived.ports, "lineage", {"scenario": "points"})
    assert told["of"] == told["offered"]["windows"][0]
    assert "Nothing was made of" in view(lived.ports, "lineage", {"scenario": "points", "of": "no.csv"})["problem"]
    assert "no prediction 7" in view(lived.ports, "lineage", {"scenario": "points", "of": "7"})["problem"]
    assert view(World(tmp_path).ports, "lineage", {"scenario": "points"})["nodes"] == []
    with pytest.raises(Missing):
        graph_of(lived, "points:9")
