"""Signed records, with OpenSSH itself: what counts, what counts for nothing, and that the report says so."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from toolkit import proof
from toolkit.commands.sealing import emit_sealed
from toolkit.documents import read_journal, write_json
from toolkit.errors import BadInput, ProgramFailed
from toolkit.model import SCHEMA_VERSION, Bag, BagFile, BagPart, Journal, Step

OFFRAMP = Path(sys.executable).with_name("offramp")
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ada", "eve"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture
def shop(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose offramp.toml lets Ada sign."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "requirements.txt").write_text("boto3\n")
    signers = json.dumps([(keys / "ada.pub").read_text().strip()])
    (folder / "offramp.toml").write_text(f'name = "shop"\nsigners = {signers}\n')
    return folder


def journal(ago: timedelta = DAY, *, restored: bool = True, platform: str = "shop") -> Journal:
    at = (NOW - ago).isoformat()
    steps = (
        Step("rebuild.restore", "Restore", "rebuild", at, 60.0, "passed"),
        Step("verify.services", "Ask", "verify", at, 1.0, "passed" if restored else "failed"),
    )
    return Journal(SCHEMA_VERSION, "offramp 0", "c" * 64, platform, "i" * 64, steps, restored)


def sealed(record: Journal, key: Path, file: Path) -> Journal:
    return emit_sealed(record, key, file.with_name("kept.json"), None, (("json", file),))


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([OFFRAMP, *arguments], cwd=cwd, capture_output=True, text=True)


def audited(shop: Path, *records: Path) -> dict:  # type: ignore[type-arg]
    words = [word for record in records for word in ("--record", record)]
    done = run("audit", shop, *words, "--format", "json", cwd=shop.parent)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def points(audit: dict) -> tuple[float, str]:  # type: ignore[type-arg]
    part = next(one for one in audit["assessment"]["score"]["parts"] if one["name"] == "Proof")
    return part["points"], part["why"]


def test_a_signed_journal_gives_its_points(shop: Path, keys: Path) -> None:
    file = shop.parent / "journal.json"
    sealed(journal(), keys / "ada", file)
    made = audited(shop, file)
    assert points(made)[0] == 15  # nothing says how old the copies are
    assert made["assessment"]["restored"] == str((NOW - DAY).date())
    assert made["assessment"]["proofs"]["copies_restored"] == str((NOW - DAY).date())


def _unsigned(file: Path) -> None:
    file.with_name("journal.json.sig").unlink()


def _edited(file: Path) -> None:
    file.write_text(file.read_text().replace('"seconds": 60.0', '"seconds": 6.0'))


def _of_another(file: Path) -> None:
    other = file.with_name("other.json")
    other.write_text("{}")
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", proof.NAMESPACE, "-f", file.parent / "ada", other]
    subprocess.run(command, check=True)
    other.with_name("other.json.sig").replace(file.with_name("journal.json.sig"))


def _rubbish(file: Path) -> None:
    file.with_name("journal.json.sig").write_bytes(os.urandom(500))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_unsigned, "it is not signed"),
        (_edited, "changed since it was signed"),
        (_of_another, "changed since it was signed"),
        (_rubbish, "changed since it was signed"),
    ],
)
def test_an_unsigned_or_edited_journal_gives_none_and_the_report_says_so(
    spoil: Callable[[Path], None], said: str, shop: Path, keys: Path
) -> None:
    file = shop.parent / "journal.json"
    sealed(journal(), keys / "ada", file)
    for name in ("ada", "ada.pub"):
        (shop.parent / name).write_bytes((keys / name).read_bytes())
        (shop.parent / name).chmod(0o600)
    spoil(file)
    made = audited(shop, file)
    assert points(made)[0] == 0
    assert said in points(made)[1]
    assert "restored" not in made["assessment"]
    done = run("audit", shop, "--record", file, "-o", "html=report.html", cwd=shop.parent)
    assert said in done.stderr
    assert said in (shop.parent / "report.html").read_text()


def test_somebody_elses_key_and_no_key_at_all(shop: Path, keys: Path) -> None:
    file = shop.parent / "journal.json"
    sealed(journal(), keys / "eve", file)
    assert "none of the `signers`" in points(audited(shop, file))[1]
    (shop / "offramp.toml").write_text('name = "shop"\n')
    assert "names no `signers`" in points(audited(shop, file))[1]


def test_a_signer_that_smuggles_in_another_is_refused(shop: Path) -> None:
    (shop / "offramp.toml").write_text('name = "shop"\nsigners = ["ssh-ed25519 AAAA\\nssh-ed25519 BBBB"]\n')
    done = run("audit", shop, cwd=shop.parent)
    assert done.returncode == 2
    assert "signers[0]" in done.stderr


def test_records_are_chained_and_kept(shop: Path, keys: Path) -> None:
    first, second = shop.parent / "1.json", shop.parent / "2.json"
    sealed(journal(3 * DAY), keys / "ada", first)
    sealed(journal(2 * DAY), keys / "ada", second)
    assert read_journal(first).previous == ""
    assert read_journal(second).previous == hashlib.sha256(first.read_bytes()).hexdigest()
    chain = proof.chain_folder(shop.parent / "state/offramp", "shop")
    assert (chain / "last").read_text().strip() == hashlib.sha256(second.read_bytes()).hexdigest()
    copies = sorted(chain.glob("*.json"))
    assert {one.read_bytes() for one in copies} == {first.read_bytes(), second.read_bytes()}
    assert all(proof.signature_of(one).is_file() for one in copies)
    (chain / "last").write_text("nonsense")
    with pytest.raises(BadInput, match="does not name the last record"):
        sealed(journal(), keys / "ada", shop.parent / "3.json")


def test_two_that_follow_the_same_one_are_told_of(shop: Path, keys: Path) -> None:
    files = [shop.parent / f"{number}.json" for number in range(3)]
    sealed(journal(3 * DAY), keys / "ada", files[0])
    chain = proof.chain_folder(shop.parent / "state/offramp", "shop")
    last = (chain / "last").read_text()
    sealed(journal(2 * DAY, restored=False), keys / "ada", files[1])
    (chain / "last").write_text(last)
    sealed(journal(), keys / "ada", files[2])
    assert "two records name" in points(audited(shop, *files))[1]
    assert audited(shop, files[0], files[1])["assessment"]["proofs"].get("doubts", []) == []


def test_a_platforms_name_leads_nowhere(tmp_path: Path) -> None:
    folder = proof.chain_folder(tmp_path, "../../etc\0/x")
    assert folder.parent == tmp_path / "records"
    assert proof.chain_folder(tmp_path, "a/b") != proof.chain_folder(tmp_path, "a_b")


def test_a_key_is_tried_before_anything_is_done(tmp_path: Path, keys: Path) -> None:
    proof.check_key(keys / "ada")
    with pytest.raises(BadInput, match="no key to sign with"):
        proof.check_key(tmp_path / "none")
    (tmp_path / "broken").write_text("no key")
    with pytest.raises(ProgramFailed):
        proof.check_key(tmp_path / "broken")


def test_a_failed_drill_still_restored_copies(shop: Path, keys: Path) -> None:
    file = shop.parent / "journal.json"
    sealed(journal(restored=False), keys / "ada", file)
    made = audited(shop, file)
    assert points(made)[0] == 0
    assert made["assessment"]["proofs"]["copies_restored"] == str((NOW - DAY).date())


def _bag(folder: Path, key: Path, ago: timedelta) -> None:
    folder.mkdir()
    as_of = (NOW - ago).strftime("%Y-%m-%dT%H:%M:%SZ")
    files = (BagFile("infra/site.yml", 1, "0" * 64, "infra", as_of),)
    bag = Bag(SCHEMA_VERSION, "offramp 0", "shop", "p" * 64, 13, "amd64", (BagPart("infra", "infra"),), files)
    write_json(bag, folder / "manifest.json")
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  infra/site.yml\n{digest}  manifest.json\n")
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", "offramp-go-bag", "-f", key, folder / "SHA256SUMS"]
    subprocess.run(command, check=True)


def test_a_go_bag_has_an_age_if_it_is_signed_and_whole(shop: Path, keys: Path) -> None:
    bag = shop.parent / "gobag"
    _bag(bag, keys / "ada", 10 * DAY)
    assert audited(shop, bag)["assessment"]["proofs"] == {"bag": (NOW - 10 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")}
    manifest = (bag / "manifest.json").read_text()
    (bag / "manifest.json").write_text(manifest.replace((NOW - 10 * DAY).strftime("%Y-%m-%d"), f"{NOW:%Y-%m-%d}"))
    assert "is not the one in its SHA256SUMS" in points(audited(shop, bag))[1]
    (bag / "manifest.json").write_text(manifest)
    (bag / "SHA256SUMS.sig").unlink()
    assert "a go-bag counts for nothing: it is not signed" in points(audited(shop, bag))[1]


def _copy(folder: Path, key: Path, ago: timedelta, source: str = "postgresql db") -> None:
    folder.mkdir()
    (folder / "data.databases.jsonl").write_text("{}\n")
    digest = hashlib.sha256(b"{}\n").hexdigest()
    datasets = {"data.databases": {"file": "data.databases.jsonl", "records": 1, "sha256": digest}}
    manifest = {"schema_version": "1.0", "source": source, "complete": True, "datasets": datasets}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"begun": (NOW - ago).isoformat()}))
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", proof.NAMESPACE, "-f", key, folder / "manifest.json"]
    subprocess.run(command, check=True)


def test_of_each_sources_newest_copy_the_oldest_counts(shop: Path, keys: Path) -> None:
    hour = timedelta(hours=1)
    for name, ago, source in (("a", 30 * hour, "x"), ("b", 2 * hour, "x"), ("c", 5 * hour, "y")):
        _copy(shop.parent / name, keys / "ada", ago, source)
    folders = [shop.parent / name for name in "abc"]
    assert audited(shop, *folders)["assessment"]["proofs"]["copies"] == (NOW - 5 * hour).isoformat()
    (folders[2] / "data.databases.jsonl").write_text("")
    made = audited(shop, *folders)
    assert made["assessment"]["proofs"]["copies"] == (NOW - 2 * hour).isoformat()
    assert "a dataset is missing" in points(made)[1]


def test_the_gate_reads_all_of_it(shop: Path, keys: Path) -> None:
    folder = shop.parent
    keys_of_age = ("max_backup_age_hours", "max_restore_age_days", "max_bag_age_days", "max_drill_age_days")
    (folder / "policy.toml").write_text(
        "".join(f"{key} = {most}\n" for key, most in zip(keys_of_age, (26, 30, 31, 90), strict=True))
    )
    audited_to = ("-o", "json=audit.json", "-q")
    assert run("audit", shop, *audited_to, cwd=folder).returncode == 0
    none = run("gate", "audit.json", "--policy", "policy.toml", "--format", "json", cwd=folder)
    assert none.returncode == 1
    assert {one["policy"] for one in json.loads(none.stdout)["violations"]} == set(keys_of_age)
    sealed(journal(20 * DAY), keys / "ada", folder / "journal.json")
    _bag(folder / "gobag", keys / "ada", 10 * DAY)
    _copy(folder / "copy", keys / "ada", DAY)
    records = [word for name in ("journal.json", "gobag", "copy") for word in ("--record", name)]
    assert run("audit", shop, *records, *audited_to, cwd=folder).returncode == 0
    good = run("gate", "audit.json", "--policy", "policy.toml", cwd=folder)
    assert good.returncode == 0, good.stdout
    (folder / "copy/manifest.json.sig").unlink()
    assert run("audit", shop, *records, *audited_to, cwd=folder).returncode == 0
    late = run("gate", "audit.json", "--policy", "policy.toml", "--format", "json", cwd=folder)
    assert {one["policy"] for one in json.loads(late.stdout)["violations"]} == {"max_backup_age_hours"}


def test_a_record_of_another_platform_is_an_error(shop: Path, keys: Path) -> None:
    sealed(journal(platform="board"), keys / "ada", shop.parent / "journal.json")
    done = run("audit", shop, "--record", "journal.json", cwd=shop.parent)
    assert done.returncode == 2
    assert "of 'board', and not of 'shop'" in done.stderr


def test_a_tabletop_that_was_signed_is_a_review_of_the_plan(shop: Path, keys: Path) -> None:
    folder = shop.parent
    assert run("audit", shop, "-o", "json=audit.json", "-q", cwd=folder).returncode == 0
    command = [OFFRAMP, "tabletop", "audit.json", "--lose", "aws@30h", "--to", "table", "--sign", keys / "ada"]
    done = subprocess.run(command, cwd=folder, input="yes\n" * 60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "signed:" in done.stderr
    assert audited(shop, folder / "table/tabletop.json")["assessment"]["proofs"]["tabletop"] == str(NOW.date())
    (folder / "policy.toml").write_text("max_plan_days = 30\n")
    words = ("audit", shop, "--record", "table", "-o", "json=audit.json", "-q")
    refused = run(*words, cwd=folder)
    assert refused.returncode == 2, "a folder is a go-bag's or an export's"
    assert run("audit", shop, "--record", "table/tabletop.json", "-o", "json=audit.json", cwd=folder).returncode == 0
    assert run("gate", "audit.json", "--policy", "policy.toml", cwd=folder).returncode == 0


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("moment", ["never", "2026-13-45T00:00:00Z", "2026-11-30T11:00:00+99:00", "\x1b[2J", ""])
def test_a_record_of_no_moment_is_named_and_no_bug(moment: str, signed: bool, shop: Path, keys: Path) -> None:
    file = shop.parent / "journal.json"
    record = journal()
    odd = tuple(msgspec.structs.replace(step, started=moment) for step in record.steps)
    write_json(msgspec.structs.replace(record, steps=odd), file)
    if signed:
        proof.sign(file, keys / "ada")
    done = run("audit", "shop", "--record", file, cwd=shop.parent)
    assert done.returncode == 2, done.stderr
    assert "journal.json" in done.stderr
    assert "\x1b" not in done.stderr
