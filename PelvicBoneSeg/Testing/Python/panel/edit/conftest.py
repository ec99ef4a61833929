from panel.review.conftest import a_segmentation, find_bones  # noqa: F401 - fixtures
