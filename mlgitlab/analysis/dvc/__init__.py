"""What a DVC project says about its stages, read from the bytes of its files and without DVC.

`document` loads a file as DVC does, `scope` holds the variables of the templating, `templates` puts them in,
`groups` unfolds `foreach` and `matrix`, `definition` makes a stage of what comes out; `pipeline` is the way in.
`upstream` says which stages a target reproduces, `commands` which targets a command line names.

The rules are DVC's own: https://dvc.org/doc/user-guide/project-structure/dvcyaml-files, and where that page is
silent, what DVC 3.67 does (tests/unit/analysis/dvc holds its answers). What we cannot resolve as DVC would is an
opaque stage with a reason, never a guess.
"""
