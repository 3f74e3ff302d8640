"""Workbooks: each cell is what the spreadsheet shows; what is broken, locked or missing is one sentence."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files import extra_packages
from crm_sync.sources.files.path_store import PathStore
from crm_sync.sources.files.source import FileSource
from tests.fuzz.workbooks import pack
from tests.unit.sources.files_support import make_entity, make_request

FIELDS = {"id": {"required": True}, "name": {}}
HEAD = '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>name</v></c></row>'


def make(fields=None, **read):
    return make_entity(fields=fields or FIELDS, **{"path": "a.xlsx", "format": "xlsx", **read})


def write(rows, **sheets):
    """Write a workbook as the library does."""
    book = openpyxl.Workbook()
    for title, found in {"Data": rows, **sheets}.items():
        sheet = book.create_sheet(title)
        for row in found:
            sheet.append(row)
    book.remove(book.worksheets[0])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def read(folder, content, entity=None, **request):
    entity = entity or make()
    (folder / entity.read.path).write_bytes(content)
    source = FileSource(entity, PathStore(folder))
    pages = list(source.read_pages(make_request(entity, **request), {}))
    return source, pages


def column(pages, name="name"):
    return [cell for page in pages for cell in page.frame[name].to_list()]


def refuse(folder, content, entity=None):
    with pytest.raises(FatalSourceError) as caught:
        read(folder, content, entity)
    return str(caught.value)


def test_rows_are_read_page_by_page_with_their_lines(tmp_path):
    entity = make({**FIELDS, "line": {"source": "_line"}, "hash": {"source": "_hash"}})
    rows = [["id", "name"], *([number, f"n{number}"] for number in range(25))]
    source, pages = read(tmp_path, write(rows), entity, page_size=10)
    assert [page.records for page in pages] == [10, 10, 5]
    assert column(pages, "id") == [str(number) for number in range(25)]
    assert column(pages, "_line") == list(range(2, 27))
    assert source.is_whole
    assert source.describe()["files"][0]["records"] == 25


def test_read_goes_on_after_the_last_stored_page(tmp_path):
    rows = [["id", "name"], *([number, "x"] for number in range(25))]
    _, pages = read(tmp_path, write(rows), page_size=10)
    again = FileSource(make(), PathStore(tmp_path))
    rest = list(again.read_pages(make_request(make(), page_size=10), {"files": pages[1].cursor}))
    assert column(rest, "id") == [str(number) for number in range(20, 25)]


class Shown:
    """A value with a number format."""

    def __init__(self, value, form):
        self.value, self.form = value, form


VALUES = [
    (0.1, "0.1"), (0.1 + 0.2, "0.3"), (1234.5, "1234.5"), (-7, "-7"), (1e-7, "0.0000001"), (2.0, "2"),
    (123456789012345, "123456789012345"), (1.5e20, "150000000000000000000"), (True, "TRUE"),
    (Shown(501, "00000"), "00501"), (Shown(0.125, "0.0%"), "0.125"), (Shown(1234.5, "#,##0.00"), "1234.5"),
    (date(2025, 1, 2), "2025-01-02"), (datetime.fromisoformat("2025-01-02T03:04:05"), "2025-01-02T03:04:05"),
    (Shown(45000, "yyyy-mm-dd hh:mm"), "2023-03-15T00:00:00"), (False, "FALSE"),
    (Shown(45000.75, "m/d/yyyy"), "2023-03-15T18:00:00"),
    (Shown(45000, 'd" hs "mmm yyyy'), "2023-03-15"), (Shown(1, "yyyy-mm-dd"), "1900-01-01"),
    (time(1, 2, 3), "01:02:03"), (timedelta(hours=36, seconds=1), "36:00:01"),
    (Shown(-0.5, "[h]:mm:ss"), "-12:00:00"), (Shown(0.5000001, "[h]:mm:ss.000"), "12:00:00.009"),
    ("#N/A", "#N/A"), (" padded ", " padded "), ("line\nbreak", "line\nbreak"), ("a_x000D_\nb", "a\r\nb"),
    ("00501", "00501"), ("=", "="), ("\U0001f525 \u2028", "\U0001f525 \u2028"), ("", None), (None, None),
]  # fmt: skip


def test_cells_are_what_the_spreadsheet_shows(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    for number, (value, _) in enumerate(VALUES, start=2):
        cell = book.active.cell(number, 2)
        book.active.cell(number, 1, number)
        cell.value = value.value if isinstance(value, Shown) else value
        cell.number_format = value.form if isinstance(value, Shown) else cell.number_format
    book.save(tmp_path / "made.xlsx")
    _, pages = read(tmp_path, (tmp_path / "made.xlsx").read_bytes())
    assert column(pages) == [wanted for _, wanted in VALUES]


def test_days_of_the_calendar_of_1904_are_read_by_it(tmp_path):
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="6"><v>43538</v></c></row>'
    _, pages = read(tmp_path, pack(f"<sheetData>{HEAD}{row}</sheetData>", is_1904=True))
    assert column(pages) == ["2023-03-15"]


def test_day_outside_of_the_calendar_is_no_value_of_another_day(tmp_path):
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="6"><v>1E+20</v></c></row>'
    _, pages = read(tmp_path, pack(f"<sheetData>{HEAD}{row}</sheetData>"))
    assert column(pages) == ["#VALUE!"]


def test_results_of_formulas_are_read(tmp_path):
    rows = (
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"a"</f><v>a</v></c></row>'
        '<row r="3"><c r="A3"><f>1+1</f><v>3</v></c><c r="B3" t="str"><f>""</f><v></v></c></row>'
    )
    _, pages = read(tmp_path, pack(f"<sheetData>{HEAD}{rows}</sheetData>"))
    assert (column(pages, "id"), column(pages)) == (["2", "3"], ["a", None])
    assert column(pages, "_fault") == [None, None]


def test_formula_without_a_result_rejects_its_row_and_names_the_cell(tmp_path):
    _, pages = read(tmp_path, write([["id", "name"], [1, "x"], [2, "=A2+1"], [3, "y"]]))
    assert column(pages, "id") == ["1", "2", "3"]
    faults = column(pages, "_fault")
    assert (faults[0], faults[2]) == (None, None)
    assert "line 3: cell B3 has a formula without a result; open the file" in (faults[1] or "")


def test_empty_rows_are_no_records_and_short_ones_end_in_nulls(tmp_path):
    rows = [["id", "name"], [], [1, "x"], [None, None], [2], [], [3, " "]]
    source, pages = read(tmp_path, write(rows))
    assert (column(pages, "id"), column(pages)) == (["1", "2", "3"], ["x", None, None])
    assert column(pages, "_line") == [3, 5, 7]
    assert source.notes == []


def test_merged_cells_have_one_value_and_are_said(tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "name"], [1, "x"], [2, "lost in the merge"]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "made.xlsx")
    source, pages = read(tmp_path, (tmp_path / "made.xlsx").read_bytes())
    assert column(pages) == ["x", None]
    assert "1 ranges of its cells are merged, such as 'B2:B3'" in source.notes[0]


def test_lonely_cells_at_the_end_are_records_and_are_said(tmp_path):
    rows = [["id", "name"], [1, "x"], [], ["Made by us"]]
    source, pages = read(tmp_path, write(rows))
    assert column(pages, "id") == ["1", "Made by us"]
    assert "last 1 rows, behind a blank one, have one cell each" in source.notes[0]
    for words in ({"footer_rows": 1}, {"end_at_blank_line": True}):
        source, pages = read(tmp_path, write(rows), make(**words))
        assert (column(pages, "id"), source.notes) == (["1"], [])


def test_words_about_lines_hold_for_rows(tmp_path):
    rows = [["A title"], ["# by hand"], ["id", "name"], [1, "N/A"], ["# by hand"], ["id", "name"], [2, "-"]]
    entity = make(
        header_row=2, skip_lines_starting=["#"], skip_repeated_header=True, null_values=["", "N/A", "-"]
    )
    _, pages = read(tmp_path, write(rows), entity)
    assert (column(pages, "id"), column(pages)) == (["1", "2"], [None, None])


def test_cells_beyond_the_header_are_what_the_yaml_says(tmp_path):
    rows = [["id", "name"], [1, "x", "more"], [2, "y", None, ""]]
    _, pages = read(tmp_path, write(rows))
    assert [fault is None for fault in column(pages, "_fault")] == [False, True]
    _, pages = read(tmp_path, write(rows), make(on_extra_columns="json"))
    assert column(pages, "column_3") == ["more", None]


def test_sheet_is_the_named_one_else_the_first_that_is_shown(tmp_path):
    rows = {name: [["id", "name"], [1, name]] for name in ("Data", "Second")}
    _, pages = read(tmp_path, write(rows["Data"], Second=rows["Second"]))
    assert column(pages) == ["Data"]
    _, pages = read(tmp_path, write(rows["Data"], Second=rows["Second"]), make(sheet="Second"))
    assert column(pages) == ["Second"]
    book = openpyxl.load_workbook(io.BytesIO(write(rows["Data"], Second=rows["Second"])))
    book["Data"].sheet_state = "hidden"
    book.save(tmp_path / "made.xlsx")
    _, pages = read(tmp_path, (tmp_path / "made.xlsx").read_bytes())
    assert column(pages) == ["Second"]
    said = refuse(tmp_path, write(rows["Data"], Second=rows["Second"]), make(sheet="Third"))
    assert "has no sheet 'Third'; it has 'Data', 'Second'. Nothing was read." in said


def test_column_that_left_is_said_and_keeps_its_values(tmp_path):
    source, pages = read(tmp_path, write([["id", "title"], [1, "x"]]))
    assert pages[0].missing == {"name"}
    assert "mapped column 'name' (from 'name'" in source.notes[0]


def change(content, name, edit):
    """Change one part of a workbook; None takes it away."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            changed = edit(text) if part == name else text
            if changed is not None:
                new.writestr(part, changed)
    return kept.getvalue()


GOOD = pack(
    f'<sheetData>{HEAD}<row r="2"><c r="A2" t="s"><v>0</v></c></row></sheetData>', "<si><t>1</t></si>"
)
SHEET = "xl/worksheets/sheet1.xml"


FAR_ROW = pack(f'<sheetData>{HEAD}<row r="99999999"><c r="A99999999"><v>1</v></c></row></sheetData>')
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (COMPOUND, "is a workbook with a password, or of an old Excel"),
        (b"id,name\n1,x\n", "is no workbook of Excel"),
        (GOOD[:-30], "can't be unpacked"),
        (GOOD[:40], "can't be unpacked"),
        (change(GOOD, SHEET, lambda _: None), "it has none that can be read"),
        (change(GOOD, SHEET, lambda text: text[:-20]), "can't be read as a workbook"),
        (change(GOOD, SHEET, lambda text: text.replace(b"<v>0<", b"<v>7<")), "can't be read as a workbook"),
        (change(GOOD, SHEET, lambda text: text.replace(b"<f", b"")), None),
        (change(GOOD, "xl/workbook.xml", lambda text: text[:60]), "can't be read as a workbook"),
        (change(GOOD, "xl/_rels/workbook.xml.rels", lambda _: None), "can't be read as a workbook"),
        (change(GOOD, "xl/styles.xml", lambda _: b"<no"), "can't be read as a workbook"),
        (pack("<sheetData/>"), "the line is blank"),
        (pack(f"<sheetData>{HEAD.replace('>name<', '><')}</sheetData>"), None),
        (pack(f"<sheetData>{HEAD.replace('>name<', '>id<')}</sheetData>"), "is there more than once"),
        (pack(f"<sheetData>{HEAD.replace('>id<', '>key<')}</sheetData>"), "check sheet and header_row"),
        (FAR_ROW, "row 99,999,999 is beyond the last one of a sheet"),
    ],
    ids=[
        *("password", "csv", "cut", "head", "no_sheet", "cut_sheet", "text_that_is_not_there", "good"),
        *("cut_book", "no_relations", "styles", "empty", "one_column", "twice", "no_key", "far_row"),
    ],
)  # fmt: skip
def test_workbook_that_is_no_data_is_one_sentence(tmp_path, content, said):
    if said is None:
        assert read(tmp_path, content)[0].is_whole
        return
    message = refuse(tmp_path, content)
    assert said in message
    assert "\n" not in message


def test_document_type_in_a_sheet_bursts_nothing(tmp_path):
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "' + b"&x;" * 10 + b'"><!ENTITY z "'
    bomb += b"&y;" * 10 + b'">' + b"".join(
        b'<!ENTITY z%d "%s">' % (at, b"&z%d;" % (at - 1) * 10 if at else b"&z;" * 10) for at in range(9)
    ) + b"]>"  # fmt: skip
    content = change(
        GOOD, SHEET, lambda text: text.replace(b"?>", b"?>" + bomb, 1).replace(b">0<", b">&z8;<")
    )
    assert "can't be read as a workbook" in refuse(tmp_path, content)


def test_workbook_that_is_larger_unpacked_than_allowed_is_an_error(tmp_path):
    content = pack(f"<sheetData>{HEAD}</sheetData>{' ' * 200_000}")
    assert len(content) < 10_000
    assert "larger than max_bytes, 100,000 bytes, when it is unpacked" in refuse(
        tmp_path, content, make(max_bytes=100_000)
    )


def test_cell_longer_than_allowed_is_an_error(tmp_path):
    said = refuse(tmp_path, write([["id", "name"], [1, "x" * 500]]), make(max_field_chars=100))
    assert "line 2: a cell is longer than max_field_chars, 100" in said


def test_workbook_declared_as_csv_says_what_to_set(tmp_path):
    said = refuse(tmp_path, GOOD, make(format="csv"))
    assert "is a spreadsheet (.xlsx): set format: xlsx" in said


def test_packed_workbook_is_unpacked(tmp_path):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("a.xlsx", write([["id", "name"], [1, "x"]]))
    _, pages = read(tmp_path, kept.getvalue())
    assert column(pages) == ["x"]


def test_missing_package_is_one_sentence_that_names_the_extra(tmp_path, monkeypatch):
    def refuse_import(module):
        raise ImportError(module)

    monkeypatch.setattr(extra_packages, "import_module", refuse_import)
    assert "the package openpyxl is not installed where tasks run: pip install 'crm-sync[files]'" in refuse(
        tmp_path, GOOD
    )


def test_unchanged_workbook_is_not_read_again(tmp_path):
    source, _ = read(tmp_path, GOOD)
    again, pages = read(tmp_path, GOOD, previous=source.describe())
    assert (pages, again.describe()["strategy"]) == ([], "unchanged")


def test_sheet_is_a_word_of_workbooks(tmp_path):
    with pytest.raises(ValueError, match="'sheet' is for workbooks; set format: xlsx"):
        make(format="csv", sheet="Data")
