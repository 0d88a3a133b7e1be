"""What is missing is told with what there is instead."""

from fixtures.settings.trouble import Missing


def test_what_is_named_most_alike_comes_first():
    """A letter that was forgotten is seen at once, however much else the account has."""
    others = [f"{letter}-cluster-of-somebody" for letter in "abcdefg"]
    said = str(Missing("cluster satellite-cluster in us-east-1", [*others, "satelite-cluster"], "make it"))
    assert "what there is: satelite-cluster, " in said
    assert said.count("of-somebody") == 4


def test_nothing_is_named_where_there_is_nothing():
    """An empty account has no near miss."""
    assert str(Missing("cluster c", [], "make it")) == "there is no cluster c"
