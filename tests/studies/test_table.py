"""What a table says of its rows."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from PIL import Image

from augscore.studies.cells import Cell
from augscore.studies.comparisons import comparisons_of
from augscore.studies.differences_figure import differences_png
from augscore.studies.table import document, markdown, sentences, setting, table_rows
from tests.studies.made_up import row, rows

ROWS = rows(
    {
        ("simclr", "none"): [60.0, 70.0, 80.0],
        ("simclr", "score"): [61.0, 71.1, 80.9],
        ("simclr", "permuted"): [59.0, 71.0, 80.0],
        ("moco", "none"): [50.0],
        ("moco", "score"): [49.5],
    }
)


def test_a_line_a_method_and_weighting() -> None:
    head, *lines = table_rows(ROWS)
    assert len(lines) == 5
    assert all(len(line) == len(head) for line in lines)
    assert lines[0] == ("SimCLR", "none", "3", "70.00 ± 10.00", "", "", "60")
    assert lines[1][3:6] == ("71.00 ± 9.95", "+1.00 ± 0.10", "+1.00, +1.10, +0.90")
    assert lines[4] == ("MoCo v2", "score", "1", "49.50", "−0.50", "−0.50", "60")


def test_sentences_say_what_is_shown_and_what_is_not() -> None:
    told = sentences(ROWS)
    assert told[0].startswith("SimCLR: score minus none is +1.00 ± 0.10 points over 3 seeds")
    assert told[0].endswith(": it helps here.")
    assert told[1].endswith(": no difference is shown.")
    assert any("minus the same weights permuted" in sentence for sentence in told)
    assert "MoCo v2: score minus none is −0.50 points in one pair of runs" in " ".join(told)


def test_the_page_has_command_table_and_sentences() -> None:
    page = markdown(ROWS, "augscore study weighting photos -o study")
    assert "`augscore study weighting photos -o study`" in page
    assert "| SimCLR | score | 3 | 71.00 ± 9.95 |" in page
    assert all(sentence in page for sentence in sentences(ROWS))
    assert "No run is finished yet." in markdown([], "x")


def test_the_document_is_json_and_holds_every_row() -> None:
    read = json.loads(json.dumps(document(ROWS), allow_nan=False))
    assert read["rows"] == [row.to_json() for row in ROWS]
    assert read["comparisons"][0]["differences"] == [61 - 60, 71.1 - 70, 80.9 - 80]
    assert read["comparisons"][0]["verdict"] == "better"


def test_the_figure_is_a_picture_and_the_same_each_time() -> None:
    comparisons = comparisons_of(ROWS)
    data = differences_png(comparisons)
    assert data == differences_png(comparisons)
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        assert min(image.size) > 300


def test_one_epoch_is_told_as_one() -> None:
    rows = [replace(row(Cell("simclr", "none", 0), 50.0), epochs=epochs) for epochs in (1, 2)]
    assert setting(rows[:1]).startswith("1 epoch on 640 images")
    assert setting(rows).startswith("1 to 2 epochs on 640 images")
