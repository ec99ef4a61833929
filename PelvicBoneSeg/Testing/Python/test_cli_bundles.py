"""Model bundles from the command line."""

from __future__ import annotations

from PelvicBoneSegLib.segmentation.bundle import describe_bundle, user_bundles_dir
from segmentation.bundle_zip import zip_bundle


def test_a_bundle_comes_is_listed_verified_shown_and_goes(run, tmp_path):
    archive = zip_bundle(tmp_path)
    folder = user_bundles_dir() / "small"
    assert run("bundles", "install", archive)[:2] == (0, f"installed small 1.2.3 in {folder}\n")
    code, listed, _ = run("bundles", "list")
    assert code == 0
    first, second = listed.splitlines()
    version = describe_bundle("default")["version"]
    assert first.startswith(f"default  {version}  ") and "comes with the product" in first
    assert second.startswith("small  1.2.3  ") and second.endswith(f"by the user  {folder}")
    assert run("bundles", "verify", "small")[:2] == (0, "small is as it was published\n")
    assert "Intended use\ntests" in run("bundles", "card", "small")[1]
    assert run("bundles", "delete", "small")[:2] == (0, "deleted small\n")
    assert not folder.exists()


def test_a_taken_name_needs_consent(run, tmp_path):
    archive = zip_bundle(tmp_path)
    run("bundles", "install", archive)
    code, _, message = run("bundles", "install", archive)
    assert code == 4
    assert "installed already" in message
    assert run("bundles", "install", archive, "--replace")[0] == 0


def test_what_is_wrong_is_said_in_one_line_with_the_bundles_exit_code(run, tmp_path):
    (tmp_path / "x.zip").write_text("no")
    for arguments, problem in (
        (("install", tmp_path / "x.zip"), "is no model bundle"),
        (("verify", "gone"), "There is no complete model bundle gone"),
        (("delete", "default"), "comes with the product"),
        (("card", "gone"), "There is no complete model bundle gone"),
    ):
        code, _, message = run("bundles", *arguments)
        assert (code, len(message.splitlines())) == (4, 1)
        assert message.startswith("Error: ") and problem in message


def test_a_segmentation_finds_an_installed_bundle_by_name(run, tmp_path):
    run("bundles", "install", zip_bundle(tmp_path))
    code, _, message = run(
        "segment", tmp_path / "no.nii.gz", "--output", tmp_path, "--bundle", "small"
    )
    assert code == 3, message
