"""The CUDA of an image against a driver."""

from __future__ import annotations

import pytest

from mlgitlab.runner.cuda import fit, of_image, version


@pytest.mark.parametrize(
    ("image", "need"),
    [
        ("nvidia/cuda:12.4.1-base-ubuntu22.04", "12.4"),
        ("nvcr.io/nvidia/cuda:13.0.0-runtime-ubuntu24.04", "13.0"),
        ("pytorch/pytorch:2.3.0-cuda12.1-cudnn8-runtime", "12.1"),
        ("registry.example.com/ml/train:2.4-cu118", "11.8"),
        ("tensorflow/tensorflow:2.16.1-gpu", ""),
        ("python:3.12", ""),
        ("", ""),
        ("acu124", ""),
    ],
)
def test_an_image_tells_its_cuda_by_its_name_or_not_at_all(image: str, need: str) -> None:
    assert of_image(image) == need


@pytest.mark.parametrize(
    ("driver", "newest", "need", "runs", "sure"),
    [
        ("550.90.07", "12.4", "12.4", True, True),
        ("550.90.07", "12.4", "11.8", True, True),
        ("535.183.01", "12.2", "12.4", True, False),  # minor version compatibility
        ("525.60.13", "12.0", "12.0", True, True),
        ("525.60.11", "12.0", "12.0", False, True),
        ("550.90.07", "12.4", "13.0", False, True),
        ("580.65.06", "13.0", "13.1", True, False),
        ("450.80.02", "11.0", "11.8", True, False),
        ("440.33.01", "10.2", "10.2", True, True),
        ("440.32", "10.2", "10.2", False, True),
        ("580.65.06", "13.0", "14.0", False, False),  # newer than the table
        ("600.1", "14.1", "14.0", True, False),
        ("", "", "12.4", False, False),
    ],
)
def test_a_driver_runs_what_is_not_too_new_for_it(driver: str, newest: str, need: str, runs: bool, sure: bool) -> None:
    found = fit(driver, newest, need)
    assert (found.runs, found.sure) == (runs, sure)


def test_versions_are_numbers() -> None:
    assert version("550.90.07") == (550, 90, 7)
    assert version("none") == ()
