"""Words of an entity's file that the loader judges beside others: its table, its indexes, its switch."""

from __future__ import annotations

import pytest

from crm_sync.config.loader import list_sources, load_source
from crm_sync.exceptions import ConfigError
from tests.unit.config.loader_support import ITEMS, ORDERS, SOURCE, WriteConfigs


def test_load_source_entity_may_have_a_table_of_another_name(write_configs: WriteConfigs):
    source = load_source(write_configs({"demo/items.yaml": ITEMS + "table: things\n"}), "demo")
    assert source.entities["items"].table == "demo.things"
    assert source.entities["orders"].table == "demo.orders"


@pytest.mark.parametrize(
    ("items", "orders", "said"),
    [
        (
            "table: orders",
            "",
            (
                "demo/items.yaml, key 'table': expected a table that no other entity has, "
                "got 'orders', the table of orders"
            ),
        ),
        (
            "table: things",
            "table: things",
            (
                "demo/orders.yaml, key 'table': expected a table that no other entity has, "
                "got 'things', the table of items"
            ),
        ),
        (
            "table: Things",
            "",
            (
                "demo/items.yaml, key 'table': expected a name of lowercase letters, digits and _, "
                "at most 63 characters, got 'Things'"
            ),
        ),
    ],
    ids=["another entity's own", "twice", "no name"],
)
def test_load_source_two_entities_on_one_table_are_refused(
    write_configs: WriteConfigs, items: str, orders: str, said: str
):
    files = {"demo/items.yaml": f"{ITEMS}{items}\n", "demo/orders.yaml": f"{ORDERS}{orders}\n"}
    with pytest.raises(ConfigError) as caught:
        load_source(write_configs(files), "demo")
    assert str(caught.value) == said


def test_load_source_index_is_a_column_or_a_list_of_columns(write_configs: WriteConfigs):
    configs = write_configs({"demo/items.yaml": ITEMS + "indexes: [name, [name, id], [sync_updated_at]]\n"})
    indexes = load_source(configs, "demo").entities["items"].indexes
    assert indexes == (("name",), ("name", "id"), ("sync_updated_at",))


@pytest.mark.parametrize(
    ("indexes", "said"),
    [
        ("[nam]", "key 'indexes': expected columns that the table has, got 'nam'"),
        ("[[name, name]]", "key 'indexes': expected each column of an index once, got 'name, name'"),
        ("[name, [name]]", "key 'indexes': expected each index once, got 'name'"),
        (
            "[long]",
            (
                "key 'indexes': expected no column of type text or json, whose values may be too long "
                "for an index, got 'long'"
            ),
        ),
        (
            "[{columns: [name], unique: true}]",
            (
                "key 'indexes.0': expected a column or a list of columns; an index is never unique, since it "
                "would refuse records, got {'columns': ['name'], 'unique': True}"
            ),
        ),
        ("[[]]", "key 'indexes.0': expected at least 1 entries, got []"),
    ],
    ids=["no column", "column twice", "index twice", "long values", "unique", "empty"],
)
def test_load_source_index_that_does_not_fit_is_refused(write_configs: WriteConfigs, indexes: str, said: str):
    configs = write_configs({"demo/items.yaml": f"{ITEMS}  long: {{type: text}}\nindexes: {indexes}\n"})
    with pytest.raises(ConfigError) as caught:
        load_source(configs, "demo")
    assert str(caught.value) == f"demo/items.yaml, {said}"


def test_load_source_entity_that_is_switched_off_is_checked_and_left_out(write_configs: WriteConfigs):
    off = {"demo/items.yaml": ITEMS + "enabled: false\n"}
    configs = write_configs(off)
    assert list(load_source(configs, "demo").entities) == ["orders"]
    assert list(load_source(configs, "demo", with_disabled=True).entities) == ["items", "orders"]
    configs = write_configs({"demo/items.yaml": ITEMS + "enabled: false\nlimit: 5\n"})
    with pytest.raises(ConfigError, match=r"demo/items.yaml: expected only known keys, got 'limit'"):
        load_source(configs, "demo")
    configs = write_configs({**off, "demo/orders.yaml": ORDERS + "after: [items]\n"})
    with pytest.raises(ConfigError) as caught:
        load_source(configs, "demo")
    said = "key 'after': expected names of entities that are not switched off, got 'items'"
    assert str(caught.value) == f"demo/orders.yaml, {said}"


SECOND = "extends: demo\n"
TWICE = "expected a schema in which no other CRM has the same table"


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ({"demo2/source.yaml": SECOND + "table_schema: demo\n"}, "demo2"),
        (
            {
                "demo/source.yaml": SOURCE + "table_schema: all\n",
                "b/source.yaml": SECOND + "table_schema: 'all'\n",
            },
            "demo",
        ),
        ({"demo/source.yaml": SOURCE + "table_schema: demo2\n", "demo2/source.yaml": SECOND}, "demo"),
        *(
            (
                {
                    "demo/source.yaml": SOURCE + "table_schema: all\n",
                    "b/source.yaml": f"{SECOND}{odd}\n",
                },
                "demo",
            )
            for odd in ('"table_schema": all', "table_schema: !!str all", "table_schema:\n  all")
        ),
    ],
    ids=["the-first-ones", "a-third", "the-second-ones", "quoted-key", "tag", "next-line"],
)
def test_load_source_second_account_in_the_same_schema_gives_way(write_configs: WriteConfigs, files, refused):
    configs = write_configs(files)
    for name in list_sources(configs):
        if name == refused:
            with pytest.raises(ConfigError, match=f"{name}/source.yaml, key 'table_schema': {TWICE}, got"):
                load_source(configs, name)
        else:
            load_source(configs, name)


@pytest.mark.parametrize(
    "files",
    [
        {"demo2/source.yaml": "extends: demo\ntable_schema: demo\nwarehouse_connection_id: other\n"},
        {
            "demo2/source.yaml": SOURCE + "table_schema: demo\n",
            "demo2/things.yaml": ITEMS,
        },
        {
            "demo2/source.yaml": SOURCE + "table_schema: demo\n",
            "demo2/things.yaml": ITEMS,
            "demo2/items.yaml": ITEMS + "enabled: false\n",
        },
        {"demo2/source.yaml": SOURCE + "table_schema: demo\nunknown: 1\n", "demo2/items.yaml": ITEMS},
    ],
    ids=["another-warehouse", "other-tables", "switched-off", "broken"],
)
def test_load_source_that_shares_a_schema_but_no_table_is_fine(write_configs: WriteConfigs, files):
    configs = write_configs(files)
    assert load_source(configs, "demo").entities.keys() == {"items", "orders"}
    if "unknown" not in files["demo2/source.yaml"]:
        load_source(configs, "demo2", with_disabled=True)


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ({"b/source.yaml": SOURCE, "b/items.yaml": ITEMS + "table_schema: demo\n"}, "b/items"),
        (
            {"demo/items.yaml": ITEMS + "table_schema: b\n", "b/source.yaml": SOURCE, "b/items.yaml": ITEMS},
            "demo/items",
        ),
        (
            {
                "demo/items.yaml": ITEMS + "table_schema: all\n",
                "b/source.yaml": SOURCE + "table_schema: all\n",
                "b/items.yaml": ITEMS,
            },
            "demo/items",
        ),
        ({"demo/items.yaml": ITEMS + "table_schema: all\n", "b/source.yaml": SECOND}, "demo/items"),
        (
            {
                "demo/source.yaml": SOURCE + "table_schema: all\n",
                "b/source.yaml": SOURCE,
                "b/things.yaml": ITEMS + '"table_schema": "all"\ntable: items\n',
            },
            "demo/source",
        ),
    ],
    ids=["in the first one's", "in the second one's", "in a third", "inherited", "another name"],
)
def test_load_source_entity_in_the_schema_of_another_crm_gives_way(
    write_configs: WriteConfigs, files: dict[str, str], refused: str
):
    configs = write_configs(files)
    for name in list_sources(configs):
        if name == refused.partition("/")[0]:
            with pytest.raises(ConfigError, match=f"{refused}.yaml, key 'table_schema': {TWICE}, got"):
                load_source(configs, name)
        else:
            load_source(configs, name)


def test_load_source_entity_in_another_schema_without_the_same_table_is_fine(write_configs: WriteConfigs):
    files = {"b/source.yaml": SOURCE, "b/others.yaml": ITEMS + "table_schema: demo\n"}
    configs = write_configs(files)
    assert load_source(configs, "b").entities["others"].table == "demo.others"
    assert load_source(configs, "demo").entities["items"].table == "demo.items"
