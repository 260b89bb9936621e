"""The terminal itself: told to end, without its broker, with an item file that is wrong, found by the next boot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from kiosk.bench.children import ROOT, python
from tests.journeys.place import Place, until
from tests.journeys.story import EXTRACT, PEOPLE, RECORD, Story


def test_told_to_end_during_a_visit_it_says_goodbye_and_the_paid_order_goes_back(story: Story) -> None:
    story.identifies(EXTRACT, "wang-yan")
    story.chooses_property("wang-yan")
    story.pays(story.sees("pay"))
    story.sees("preview")
    story.place.kiosk.process.terminate()
    assert story.place.kiosk.process.wait(20) == 0
    for code in ("uncaught", "worker.crashed", "worker.hung"):
        assert story.place.log_entries(code) == []
    until("goodbye", lambda: story.place.presence() == "off")
    story.kiosk_starts_again()
    story.comes_to("orders", "refunded")
    until("it is back", lambda: story.place.presence() == "on")


def test_usage_survives_the_broker_and_its_disk_and_arrives_once(story: Story) -> None:
    """The broker is killed and loses everything during a visit, and the terminal is switched off in the evening."""
    broker = story.place.world.broker
    assert broker is not None
    story.identifies(RECORD, "lin-xiaoman")
    story.sees("preview")
    broker.kill()
    broker.wipe()
    story.taps("print")
    story.takes_paper()
    story.rates_and_goes()
    story.place.kiosk.process.terminate()
    assert story.place.kiosk.process.wait(20) == 0
    broker.start()
    story.place.capture_anew()
    story.kiosk_starts_again()
    story.used(RECORD, "done", grade=5)
    story.identifies(RECORD, "zhou-guilan")
    story.gives_up("mistake")
    first, second = story.usage(2)
    assert (first.outcome, second.outcome) == ("done", "gave_up")


def test_an_item_with_a_wrong_key_keeps_it_from_starting_and_names_the_line(place: Place, tmp_path: Path) -> None:
    flows = place.world.dir / "flows"
    item = flows / "items" / "social-insurance-record.yaml"
    well = item.read_text(encoding="utf-8")
    broken = well.replace("minutes: 2", "minuets: 2")
    line = broken[: broken.index("minuets")].count("\n") + 1
    spare = tmp_path / "flows"
    subprocess.run(["cp", "-r", str(flows), str(spare)], check=True)
    (spare / "items" / item.name).write_text(broken, encoding="utf-8")
    config = tmp_path / "kiosk.toml"
    text = place.world.config.read_text(encoding="utf-8")
    config.write_text(text.replace(str(flows), str(spare)), encoding="utf-8")
    told = subprocess.run(
        python("main.py", "run", "--headless", "--config", str(config)),
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 2
    assert f"social-insurance-record.yaml:{line}" in told.stderr
    assert "minuets" in told.stderr
    assert "Traceback" not in told.stderr


def test_words_on_the_screen_of_a_technician_are_masked(story: Story) -> None:
    """The headless reader shows every page of a visit, and none of the citizen's words."""
    story.identifies(RECORD, "wang-yan")
    page = story.sees("preview")
    assert "***" in page.words
    assert PEOPLE["wang-yan"]["card"]["name"] not in page.words
    story.gives_up("privacy")
