"""What two causes explain is said of its months, which are not those of the headlines."""

from sim.view.sections.confound import answer, confound_table
from tests.analysis.drivers.test_confound import planted


def test_the_answer_names_its_months() -> None:
    frame = planted({"neither": 0.0, "cloud_act": 0.05, "gdpr": 0.05, "both": 0.1})
    said = answer(frame, None)
    assert said.startswith(f"Taken over {frame['window'].iloc[0]}, the two together move ")
    assert "against" in said.partition(",")[0]


def test_the_split_in_numbers_fits_a_page() -> None:
    table = confound_table(planted({"neither": 0.0, "cloud_act": 0.05, "gdpr": 0.05, "both": 0.1}))
    assert len(table.columns) <= 8
    assert all(len(row) == len(table.columns) for row in table.rows)
